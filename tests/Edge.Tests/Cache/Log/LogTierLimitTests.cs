using Flickr.Edge.Cache.Log;

namespace Flickr.Edge.Tests.Cache.Log;

public sealed class LogTierLimitTests : IDisposable
{
    private const long BytesMax = 64 << 20;
    private readonly LogFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_disk_limit_holds_and_what_is_used_outlives_what_is_not()
    {
        // The favourites are less than the quarter of a segment that may be carried over.
        await using var tier = _folder.Open();
        const int favourites = 20;
        for (var i = 0; i < favourites; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 30_000));
        }
        LogFolder.Write(tier, TestBody.Key(-5), TestBody.Make(TestBody.Key(-5), 300_000));
        for (var i = 1000; i < 2500; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 150_000));
            if (i % 20 == 0)
            {
                await tier.CheckpointAsync(CancellationToken.None);
                for (var favourite = 0; favourite < favourites; favourite++)
                {
                    Assert.NotNull(await LogFolder.ReadAsync(tier, TestBody.Key(favourite)));
                }
                Assert.NotNull(await LogFolder.ReadAsync(tier, TestBody.Key(-5)));
                Assert.True(_folder.DiskBytes <= BytesMax, $"{_folder.DiskBytes} bytes on disk");
            }
        }
        await tier.CheckpointAsync(CancellationToken.None);

        var after = tier.Statistics;
        Assert.True(after.SegmentsEvicted > 20, $"{after}");
        Assert.True(after.Reinserted > favourites, $"{after}");
        Assert.Null(await LogFolder.ReadAsync(tier, TestBody.Key(1000)));
        Assert.Equal(TestBody.Make(TestBody.Key(2499), 150_000),
            (await LogFolder.ReadAsync(tier, TestBody.Key(2499)))!.Value.Body);
        Assert.Equal(TestBody.Make(TestBody.Key(3), 30_000),
            (await LogFolder.ReadAsync(tier, TestBody.Key(3)))!.Value.Body);
        Assert.Equal(TestBody.Make(TestBody.Key(-5), 300_000),
            (await LogFolder.ReadAsync(tier, TestBody.Key(-5)))!.Value.Body);
    }

    [Fact]
    [Trait("Requirement", "R111")]
    public async Task What_is_no_longer_valid_is_not_carried_over()
    {
        await using var tier = _folder.Open();
        tier.IsValid = (_, _, fillSequence) => fillSequence > 10;
        tier.IsHot = key => key == TestBody.Key(3);
        LogFolder.Write(tier, TestBody.Key(3), new byte[1000], fillSequence: 11);
        LogFolder.Write(tier, TestBody.Key(1), new byte[1000], fillSequence: 10);
        LogFolder.Write(tier, TestBody.Key(2), new byte[1000], fillSequence: 11);
        for (var i = 1000; i < 2000; i++)
        {
            LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 100_000));
            if (i % 20 == 0)
            {
                await tier.CheckpointAsync(CancellationToken.None);
                await LogFolder.ReadAsync(tier, TestBody.Key(1));
                await LogFolder.ReadAsync(tier, TestBody.Key(2));
            }
        }
        await tier.CheckpointAsync(CancellationToken.None);

        Assert.Null(await LogFolder.ReadAsync(tier, TestBody.Key(1)));
        Assert.NotNull(await LogFolder.ReadAsync(tier, TestBody.Key(2)));
        // Never read from here, but RAM has it.
        Assert.NotNull(await LogFolder.ReadAsync(tier, TestBody.Key(3)));
    }

    [Fact]
    public async Task A_log_that_was_full_is_found_again_after_a_restart()
    {
        await using (var tier = _folder.Open())
        {
            for (var i = 0; i < 1500; i++)
            {
                LogFolder.Write(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 100_000));
                if (i % 100 == 0)
                {
                    await tier.CheckpointAsync(CancellationToken.None);
                }
            }
        }

        await using var again = _folder.Open();
        Assert.True(again.WasRecovered);
        for (var i = 1300; i < 1500; i++)
        {
            Assert.Equal(TestBody.Make(TestBody.Key(i), 100_000),
                (await LogFolder.ReadAsync(again, TestBody.Key(i)))!.Value.Body);
        }
        for (var i = 2000; i < 3000; i++)
        {
            LogFolder.Write(again, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 100_000));
            if (i % 100 == 0)
            {
                await again.CheckpointAsync(CancellationToken.None);
                Assert.True(_folder.DiskBytes <= BytesMax, $"{_folder.DiskBytes} bytes on disk");
            }
        }
    }

    [Fact]
    public void Sizes_fit_each_other_at_every_limit()
    {
        foreach (var bytesMax in new[] { 32L << 20, 64L << 20, 1L << 30, 8L << 30, 1L << 40, 64L << 40 })
        {
            var layout = new LogLayout(new EdgeLogOptions { BytesMax = bytesMax });

            Assert.True(layout.SegmentBytes * 16 <= bytesMax);
            Assert.True(layout.PageBytes <= layout.SegmentBytes);
            Assert.True(layout.RecordBytesMax * 2 <= layout.PageBytes);
            Assert.True(layout.HighWaterBytes > bytesMax / 2, $"{layout}");
        }
    }
}
