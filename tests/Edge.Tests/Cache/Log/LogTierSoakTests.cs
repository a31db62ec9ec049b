using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache.Log;

public sealed class LogTierSoakTests : IDisposable
{
    private readonly LogFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bodies_stay_whole_under_concurrent_reads_writes_checkpoints_and_evictions()
    {
        // 32 MiB: pages and segments of 2 MiB, given up while others read from them.
        var memory = new MemoryTier(new EdgeMemoryOptions { BytesMax = 16 << 20 }, poison: true);
        await using var tier = _folder.Open(LogFolder.Options(32 << 20, options => options.SessionsMax = 3));
        long found = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 1500; i++)
            {
                var number = random.Next(400);
                var key = TestBody.Key(number);
                if (await LogFolder.ReadAsync(tier, key) is { } read)
                {
                    Interlocked.Increment(ref found);
                    Assert.Equal($"head {read.Body.Length}", read.Head);
                    Assert.True(read.Body.AsSpan().IndexOfAnyExcept((byte)number) < 0);
                    continue;
                }
                var body = new byte[random.Next(20) == 0 ? random.Next(900_000) : random.Next(60_000)];
                body.AsSpan().Fill((byte)number);
                if (worker % 2 == 0)
                {
                    LogFolder.Write(tier, key, body, $"head {body.Length}");
                }
                else if (TestBody.Store(memory, key, body,
                    head: $"head {body.Length}") == CommitOutcome.Stored
                    && memory.TryGet(key, out var lease))
                {
                    tier.TryAdmit(lease);
                }
                if (i % 200 == 0)
                {
                    await tier.CheckpointAsync(CancellationToken.None);
                }
                if (i % 50 == 0)
                {
                    tier.Remove(key);
                }
            }
        })));
        await tier.CheckpointAsync(CancellationToken.None);

        var after = tier.Statistics;
        Assert.True(found > 100 && after.SegmentsEvicted > 3, $"{found} found, {after}");
        Assert.Equal((0, 0, 0), (after.ChecksumMisses, after.Failures, after.QueuedBytes));
        Assert.Equal(0, memory.Statistics.Leases);
        Assert.True(_folder.DiskBytes <= 32 << 20, $"{_folder.DiskBytes} bytes on disk");
    }

    [Fact]
    public async Task When_every_session_is_in_use_a_read_is_a_miss_soon()
    {
        await using var tier = _folder.Open(LogFolder.Options(change: options => options.SessionsMax = 1));
        for (var i = 0; i < 300; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 90_000));
        }
        await tier.CheckpointAsync(CancellationToken.None);

        var reads = await Task.WhenAll(Enumerable.Range(0,
            3000).Select(i => LogFolder.ReadAsync(tier, TestBody.Key(i % 300))));

        var after = tier.Statistics;
        // A write that the bounded queue dropped is a miss as well, so there may be a few more misses than busy reads.
        Assert.InRange(after.Busy, 1, reads.Count(read => read is null));
        Assert.Equal(0, after.Failures);
    }
}
