using Flickr.Edge.Cache.Log;

namespace Flickr.Edge.Tests.Cache.Log;

/// <summary>
/// What is left after a kill is what the folder holds at that moment: a copy of it is opened.
/// </summary>
public sealed class LogTierCrashTests : IDisposable
{
    private readonly LogFolder _folder = new();
    private readonly LogFolder _copy = new();

    public void Dispose()
    {
        _folder.Dispose();
        _copy.Dispose();
    }

    [Fact]
    public async Task After_a_kill_what_was_checkpointed_is_there_and_nothing_is_wrong()
    {
        await using var tier = _folder.Open();
        for (var i = 0; i < 100; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 50_000), fillSequence: i);
        }
        await tier.CheckpointAsync(CancellationToken.None);
        for (var i = 100; i < 300; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 50_000), fillSequence: i);
        }
        Kill();

        await using var again = _copy.Open();
        Assert.True(again.WasRecovered);
        for (var i = 0; i < 300; i++)
        {
            var found = await LogFolder.ReadAsync(again, TestBody.Key(i));
            Assert.True(i >= 100 || found is not null, $"{i} is lost");
            if (found is not null)
            {
                Assert.Equal(TestBody.Make(TestBody.Key(i), 50_000), found.Value.Body);
            }
        }
        // And the log goes on.
        LogFolder.Write(again, TestBody.Key(1000), [1, 2, 3]);
        await again.CheckpointAsync(CancellationToken.None);
        Assert.Equal([1, 2, 3], (await LogFolder.ReadAsync(again, TestBody.Key(1000)))!.Value.Body);
    }

    [Fact]
    public async Task A_log_that_has_given_up_segments_survives_a_kill_at_any_time()
    {
        await using var tier = _folder.Open();
        var kept = 0;
        for (var i = 0; i < 1200; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 100_000));
            if (i % 40 == 0)
            {
                await tier.CheckpointAsync(CancellationToken.None);
            }
            if (i % 201 != 200)
            {
                continue;
            }
            Kill();
            await using var again = _copy.Open();
            Assert.True(again.WasRecovered);
            for (var number = i - 240; number < i - 40; number++)
            {
                var found = await LogFolder.ReadAsync(again, TestBody.Key(number));
                Assert.True(number < 0 || found is not null, $"{number} is lost at {i}");
                Assert.True(found is null
                    || found.Value.Body.AsSpan().SequenceEqual(TestBody.Make(TestBody.Key(number), 100_000)));
                kept += found is null ? 0 : 1;
            }
            for (var number = 5000; number < 5400; number++)
            {
                LogFolder.Write(again, TestBody.Key(number), new byte[100_000]);
                if (number % 40 == 0)
                {
                    await again.FlushAsync(CancellationToken.None);
                }
            }
            await again.FlushAsync(CancellationToken.None);
            Assert.True(_copy.DiskBytes <= 64 << 20, $"{_copy.DiskBytes} bytes on disk");
            Assert.Equal(0, again.Statistics.Failures);
        }
        Assert.True(kept > 900 && tier.Statistics.SegmentsEvicted > 5, $"{kept} kept, {tier.Statistics}");
    }

    [Fact]
    public async Task A_kill_before_the_first_checkpoint_leaves_an_empty_log()
    {
        await using var tier = _folder.Open();
        for (var i = 0; i < 200; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 100_000));
        }
        Kill();

        await using var again = _copy.Open();
        Assert.False(again.WasRecovered);
        Assert.Null(await LogFolder.ReadAsync(again, TestBody.Key(1)));
        LogFolder.Write(again, TestBody.Key(1), [1]);
        await again.CheckpointAsync(CancellationToken.None);
        Assert.NotNull(await LogFolder.ReadAsync(again, TestBody.Key(1)));
    }

    [Fact]
    [Trait("Requirement", "R111")]
    public async Task An_object_removed_after_the_checkpoint_comes_back_with_the_fill_sequence_that_condemns_it()
    {
        await using var tier = _folder.Open();
        LogFolder.Write(tier, TestBody.Key(1), [1, 2, 3], fillSequence: 41);
        await tier.CheckpointAsync(CancellationToken.None);
        tier.Remove(TestBody.Key(1));
        Kill();

        await using var again = _copy.Open();
        var found = await LogFolder.ReadAsync(again, TestBody.Key(1));

        // The purge had number 42: whoever judges by the number never serves it.
        Assert.Equal(41, found!.Value.FillSequence);
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 1000)]
    [InlineData(3, 30_000)]
    public async Task A_flipped_bit_anywhere_in_a_segment_is_a_miss_and_counted(int seed, int flips)
    {
        const int objects = 150;
        await using (var tier = _folder.Open())
        {
            for (var i = 0; i < objects; i++)
            {
                LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 90_000));
            }
            LogFolder.Write(tier, TestBody.Key(-1), TestBody.Make(TestBody.Key(-1), 2_000_000));
        }
        // Lengths and keys of records are hit as well as bodies.
        var random = new Random(seed);
        foreach (var segment in _folder.Segments)
        {
            var bytes = File.ReadAllBytes(segment);
            for (var i = 0; i < flips; i++)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }
            File.WriteAllBytes(segment, bytes);
        }

        await using var again = _folder.Open();
        var missing = 0;
        foreach (var i in Enumerable.Range(-1, objects + 1))
        {
            var found = await LogFolder.ReadAsync(again, TestBody.Key(i));
            missing += found is null ? 1 : 0;
            Assert.True(found is null || found.Value.Body.AsSpan().SequenceEqual(
                TestBody.Make(TestBody.Key(i), i < 0 ? 2_000_000 : 90_000)),
                    $"{i} came back with other bytes");
        }
        Assert.InRange(missing, 5, objects + 1);
        Assert.True(again.Statistics.ChecksumMisses > 0, $"{again.Statistics}");

        // The damaged segments are given up in their turn: their records are looked at to be carried over.
        for (var i = 1000; i < 1500; i++)
        {
            LogFolder.Write(again, TestBody.Key(i), new byte[200_000]);
            if (i % 50 == 0)
            {
                await again.CheckpointAsync(CancellationToken.None);
                await LogFolder.ReadAsync(again, TestBody.Key(i - 1000));
            }
        }
        await again.CheckpointAsync(CancellationToken.None);
        Assert.True(again.Statistics.SegmentsEvicted > 10, $"{again.Statistics}");
        Assert.Equal(0, again.Statistics.Failures);
    }

    [Fact]
    public async Task A_wrong_length_of_a_record_is_a_miss()
    {
        await using (var tier = _folder.Open())
        {
            LogFolder.Write(tier, TestBody.Key(1), TestBody.Make(TestBody.Key(1), 90_000));
            // Pushes the first record out of memory, so that it is read from disk.
            for (var i = 100; i < 400; i++)
            {
                LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 90_000));
            }
        }
        var first = Path.Combine(_folder.LogPath, "log.0");
        var bytes = File.ReadAllBytes(first);
        var key = new byte[LogRecord.KeyBytes];
        LogRecord.WriteObjectKey(TestBody.Key(1), key);
        var lengthAt = bytes.AsSpan().IndexOf(key) + key.Length;
        lengthAt = (lengthAt + 7) / 8 * 8;
        foreach (var wrong in new[] { int.MaxValue, 0x3FFFFFFF, 1 << 24, -1, 0, 89_999 })
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(lengthAt), wrong);
            File.WriteAllBytes(first, bytes);
            await using var again = _folder.Open();

            Assert.Null(await LogFolder.ReadAsync(again, TestBody.Key(1)));
            Assert.NotNull(await LogFolder.ReadAsync(again, TestBody.Key(399)));
        }
    }

    [Fact]
    public async Task A_log_with_broken_checkpoints_or_of_another_layout_begins_empty()
    {
        await using (var tier = _folder.Open())
        {
            LogFolder.Write(tier, TestBody.Key(1), new byte[1000]);
        }
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder.LogPath, "checkpoints"), "*",
            SearchOption.AllDirectories))
        {
            File.WriteAllBytes(file, new byte[100]);
        }
        await using (var broken = _folder.Open())
        {
            Assert.False(broken.WasRecovered);
            Assert.Null(await LogFolder.ReadAsync(broken, TestBody.Key(1)));
            LogFolder.Write(broken, TestBody.Key(2), new byte[1000]);
        }

        await using var other = _folder.Open(LogFolder.Options(128 << 20));
        Assert.False(other.WasRecovered);
        Assert.Null(await LogFolder.ReadAsync(other, TestBody.Key(2)));
    }

    private void Kill()
    {
        if (Directory.Exists(_copy.LogPath))
        {
            Directory.Delete(_copy.LogPath, recursive: true);
        }
        Directory.CreateDirectory(_copy.LogPath);
        foreach (var file in Directory.EnumerateFiles(_folder.LogPath, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "lock")
            {
                continue;
            }
            var target = Path.Combine(_copy.LogPath, Path.GetRelativePath(_folder.LogPath, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = File.Create(target);
            source.CopyTo(copy);
        }
    }
}
