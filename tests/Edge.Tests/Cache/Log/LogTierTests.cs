using Flickr.Edge.Cache.Log;
using Flickr.Edge.Cache.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Edge.Tests.Cache.Log;

public sealed class LogTierTests : IDisposable
{
    private readonly LogFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bodies_of_every_size_come_back_before_and_after_a_restart()
    {
        int[] sizes = [0, 1, 47, 48, 4096, 50_000, 262_143, 262_144, 262_145, 1 << 20, 3_333_333, 20 << 20];
        var options = LogFolder.Options(256 << 20);
        await using (var tier = _folder.Open(options))
        {
            foreach (var size in sizes)
            {
                Assert.True(LogFolder.Write(tier, TestBody.Key(size), TestBody.Make(TestBody.Key(size), size),
                    $"head {size}", size));
            }
            await tier.CheckpointAsync(CancellationToken.None);
            await CheckAll(tier);
        }

        await using var again = _folder.Open(options);
        Assert.True(again.WasRecovered);
        await CheckAll(again);
        Assert.Equal(sizes.Length, again.Statistics.Hits);

        async Task CheckAll(LogTier tier)
        {
            foreach (var size in sizes)
            {
                var found = await LogFolder.ReadAsync(tier, TestBody.Key(size));
                Assert.NotNull(found);
                Assert.Equal(TestBody.Make(TestBody.Key(size), size), found.Value.Body);
                Assert.Equal(($"head {size}", (long)size), (found.Value.Head, found.Value.FillSequence));
            }
            Assert.Null(await LogFolder.ReadAsync(tier, TestBody.Key(-1)));
        }
    }

    [Fact]
    public async Task An_object_of_the_RAM_tier_is_written_from_its_lease_and_the_lease_given_back()
    {
        var memory = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 }, poison: true);
        await using var tier = _folder.Open();
        foreach (var size in new[] { 0, 20_000, 300_000, 1_500_000 })
        {
            Assert.True(LogFolder.Admit(tier, memory, TestBody.Key(size),
                TestBody.Make(TestBody.Key(size), size), size));
        }
        memory.RemoveAll();
        await tier.CheckpointAsync(CancellationToken.None);

        Assert.Equal((0, 0), (memory.Statistics.Leases, memory.Statistics.UsedBytes));
        foreach (var size in new[] { 0, 20_000, 300_000, 1_500_000 })
        {
            var found = await LogFolder.ReadAsync(tier, TestBody.Key(size));
            Assert.Equal(TestBody.Make(TestBody.Key(size), size), found!.Value.Body);
            Assert.Equal(size, found.Value.FillSequence);
        }
    }

    [Fact]
    public async Task The_last_write_wins_and_a_removed_object_is_gone()
    {
        await using var tier = _folder.Open();
        LogFolder.Write(tier, TestBody.Key(1), TestBody.Make(TestBody.Key(1), 500_000, 1));
        LogFolder.Write(tier, TestBody.Key(1), TestBody.Make(TestBody.Key(1), 400_000, 2));
        LogFolder.Write(tier, TestBody.Key(2), [1, 2, 3]);
        tier.Remove(TestBody.Key(2));
        await tier.CheckpointAsync(CancellationToken.None);

        Assert.Equal(TestBody.Make(TestBody.Key(1), 400_000, 2),
            (await LogFolder.ReadAsync(tier, TestBody.Key(1)))!.Value.Body);
        Assert.Null(await LogFolder.ReadAsync(tier, TestBody.Key(2)));
    }

    [Fact]
    public async Task A_reader_of_the_old_version_reads_on_while_a_new_one_is_written()
    {
        await using var tier = _folder.Open();
        var old = TestBody.Make(TestBody.Key(1), 900_000, 1);
        LogFolder.Write(tier, TestBody.Key(1), old);
        await tier.CheckpointAsync(CancellationToken.None);
        using var reading = (await tier.ReadAsync(TestBody.Key(1), CancellationToken.None))!;

        LogFolder.Write(tier, TestBody.Key(1), TestBody.Make(TestBody.Key(1), 900_000, 2));
        await tier.CheckpointAsync(CancellationToken.None);

        using var last = (await reading.ReadChunkAsync(reading.ChunkCount - 1, CancellationToken.None))!;
        Assert.Equal(old[^last.Memory.Length..], last.Memory.ToArray());
    }

    [Fact]
    public async Task What_is_asked_for_once_does_not_touch_the_disk_and_twice_does()
    {
        await using var tier = _folder.Open(LogFolder.Options(change: options => options.AdmitAll = false));

        Assert.False(LogFolder.Write(tier, TestBody.Key(1), new byte[100_000]));
        Assert.True(LogFolder.Write(tier, TestBody.Key(1), new byte[100_000]));
        Assert.Null(tier.StartWrite(TestBody.Key(2), null));

        await tier.CheckpointAsync(CancellationToken.None);
        Assert.Equal(1, tier.Statistics.Written);
    }

    [Fact]
    public async Task A_full_queue_drops_and_everything_that_was_accepted_is_there()
    {
        await using var tier =
            _folder.Open(LogFolder.Options(256 << 20, options => options.QueueBytesMax = 2 << 20));
        var accepted = new List<int>();
        for (var i = 0; i < 200; i++)
        {
            if (LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 400_000)))
            {
                accepted.Add(i);
            }
        }
        await tier.CheckpointAsync(CancellationToken.None);

        Assert.Equal(200 - accepted.Count, tier.Statistics.Dropped);
        Assert.NotEmpty(accepted);
        foreach (var i in accepted)
        {
            Assert.Equal(TestBody.Make(TestBody.Key(i), 400_000),
                (await LogFolder.ReadAsync(tier, TestBody.Key(i)))!.Value.Body);
        }
        Assert.Equal(0, tier.Statistics.QueuedBytes);
    }

    [Fact]
    public async Task A_body_larger_than_the_limit_is_dropped_and_leaves_nothing()
    {
        await using var tier =
            _folder.Open(LogFolder.Options(change: options => options.ObjectBytesMax = 1 << 20));

        Assert.Null(tier.StartWrite(TestBody.Key(1), 2 << 20));
        using (var writer = tier.StartWrite(TestBody.Key(1), null)!)
        {
            Assert.False(writer.TryAppend(new byte[2 << 20]));
            Assert.False(writer.IsAlive);
            Assert.False(writer.Commit("head"u8, 1));
        }

        Assert.Null(await LogFolder.ReadAsync(tier, TestBody.Key(1)));
        Assert.Equal(1, tier.Statistics.Dropped);
    }

    [Fact]
    public async Task A_checkpoint_is_taken_when_its_time_has_come_and_something_was_written()
    {
        var time = new FakeTimeProvider();
        await using var tier = _folder.Open(time: time);
        time.Advance(TimeSpan.FromSeconds(31));
        LogFolder.Write(tier, TestBody.Key(1), [1]);
        await tier.CheckpointAsync(CancellationToken.None);
        Assert.Equal(1, tier.Statistics.Checkpoints);

        time.Advance(TimeSpan.FromSeconds(31));
        await tier.CheckpointAsync(CancellationToken.None);
        Assert.Equal(3, tier.Statistics.Checkpoints);

        time.Advance(TimeSpan.FromSeconds(31));
        await tier.CheckpointAsync(CancellationToken.None);
        Assert.Equal(4, tier.Statistics.Checkpoints);
    }

    [Fact]
    public async Task One_folder_is_opened_by_one_tier_at_a_time()
    {
        await using var tier = _folder.Open();

        Assert.Throws<IOException>(() => _folder.Open());
    }

    [Fact]
    public async Task After_the_dispose_reads_miss_and_writes_are_refused()
    {
        var tier = _folder.Open();
        LogFolder.Write(tier, TestBody.Key(1), [1]);
        await tier.DisposeAsync();

        Assert.Null(await tier.ReadAsync(TestBody.Key(1), CancellationToken.None));
        Assert.Null(tier.StartWrite(TestBody.Key(1), 1));
        await tier.DisposeAsync();
    }
}
