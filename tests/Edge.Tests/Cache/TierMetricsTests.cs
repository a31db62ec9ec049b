using System.Text;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Memory;
using Flickr.Edge.Tests.Cache.Log;

namespace Flickr.Edge.Tests.Cache;

public sealed class TierMetricsTests : IDisposable
{
    private readonly LogFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Requirement", "R088")]
    public async Task Series_of_the_RAM_tier_say_what_its_statistics_say()
    {
        var memory = new MemoryTier(new EdgeMemoryOptions { BytesMax = 4 << 20, OverflowBytesMax = 1 << 20 });
        var metrics = new EdgeMetrics();
        _ = new TierMetrics(metrics, memory);
        for (var i = 0; i < 2000; i++)
        {
            TestBody.Store(memory, TestBody.Key(i % 700), new byte[10_000]);
            TestBody.Find(memory, TestBody.Key((i * 7) % 700));
        }
        Assert.True(memory.TryGet(TestBody.Key(1999 % 700), out var lease));

        var series = await ReadAsync(metrics);
        var now = memory.Statistics;

        Assert.Equal(1, series["flickr_edge_memory_leases"]);
        Assert.Equal(now.MetadataBytes, series["flickr_edge_memory_metadata_bytes"]);
        Assert.Equal(now.BorrowedBytes, series["flickr_edge_memory_borrowed_bytes"]);
        Assert.Equal(now.NoRoom, series["flickr_edge_memory_no_room_total"]);
        foreach (var (name, value) in new[]
        {
            ("evictions", now.Evicted), ("promotions", now.Promoted), ("ghost_hits", now.GhostHits),
        })
        {
            Assert.True(value > 0, name);
            Assert.Equal(value, series[$"flickr_edge_memory_{name}_total"]);
        }
        lease.Dispose();
    }

    [Fact]
    [Trait("Requirement", "R088")]
    public async Task Series_of_the_log_tier_count_damage_drops_and_evictions()
    {
        await using (var tier = _folder.Open())
        {
            for (var i = 0; i < 200; i++)
            {
                LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 90_000));
            }
        }
        var random = new Random(1);
        foreach (var segment in _folder.Segments)
        {
            var bytes = File.ReadAllBytes(segment);
            for (var i = 0; i < 100; i++)
            {
                bytes[random.Next(bytes.Length)] ^= 1;
            }
            File.WriteAllBytes(segment, bytes);
        }
        await using var log = _folder.Open(LogFolder.Options(change: options => options.ObjectBytesMax = 1 << 20));
        var metrics = new EdgeMetrics();
        _ = new TierMetrics(metrics, new MemoryTier(new EdgeMemoryOptions { BytesMax = 4 << 20 }), log);
        log.IsHot = _ => true;
        for (var i = 0; i < 1000; i++)
        {
            await LogFolder.ReadAsync(log, TestBody.Key(i % 200));
            LogFolder.Write(log, TestBody.Key(1000 + i), new byte[100_000]);
            if (i % 20 == 0)
            {
                await log.FlushAsync(CancellationToken.None);
            }
        }
        using (var tooLarge = log.StartWrite(TestBody.Key(-1), null)!)
        {
            Assert.False(tooLarge.TryAppend(new byte[2 << 20]));
        }
        await log.CheckpointAsync(CancellationToken.None);

        var series = await ReadAsync(metrics);
        var now = log.Statistics;

        Assert.Equal(0, series["flickr_edge_log_queue_bytes"]);
        Assert.Equal(now.LostChunks, series["flickr_edge_log_lost_chunks_total"]);
        Assert.Equal(now.Busy, series["flickr_edge_log_busy_total"]);
        Assert.Equal(now.Failures, series["flickr_edge_log_failures_total"]);
        foreach (var (name, value) in new[]
        {
            ("checksum_misses", now.ChecksumMisses), ("dropped", now.Dropped), ("checkpoints", now.Checkpoints),
            ("segments_evicted", now.SegmentsEvicted), ("reinserted", now.Reinserted),
        })
        {
            Assert.True(value > 0, name);
            Assert.Equal(value, series[$"flickr_edge_log_{name}_total"]);
        }
    }

    private static async Task<Dictionary<string, double>> ReadAsync(EdgeMetrics metrics)
    {
        using var text = new MemoryStream();
        await metrics.Registry.CollectAndExportAsTextAsync(text);
        return Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .Where(line => line.StartsWith("flickr_edge_", StringComparison.Ordinal) && !line.Contains('{'))
            .Select(line => line.Split(' '))
            .ToDictionary(
                parts => parts[0],
                parts => double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
