using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache.Memory;

public sealed class MemoryTierSoakTests
{
    [Fact]
    public async Task Bodies_stay_whole_under_concurrent_readers_fills_removals_and_evictions()
    {
        // Memory is overwritten when it is given back, so a reader whose object went away would see wrong
        // bytes.
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 8 << 20, OverflowBytesMax = 1 << 20 },
            poison: true);
        long hits = 0;
        tier.Kept = lease =>
        {
            Verify(lease);
            lease.Dispose();
            return true;
        };
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 15_000; i++)
            {
                // The square makes some keys hot.
                var draw = random.NextDouble();
                var key = TestBody.Key((long)(draw * draw * 2000));
                if (tier.TryGet(key, out var lease))
                {
                    Interlocked.Increment(ref hits);
                    Verify(lease);
                    if (random.Next(40) == 0)
                    {
                        tier.Remove(lease);
                    }
                    Verify(lease);
                    lease.Dispose();
                    continue;
                }
                var length = random.Next(10) == 0 ? random.Next(300_000) : random.Next(20_000);
                Fill(tier, key, length, random.Next(2) == 0);
            }
        })));

        var after = tier.Statistics;
        Assert.True(hits > 1000, $"{hits} hits");
        Assert.True(after.Evicted > 1000, $"{after}");
        Assert.Equal((0, 0), (after.Leases, after.BorrowedBytes));
        Assert.True(after.CommittedBytes + after.MetadataBytes <= 8 << 20, $"{after}");
        tier.RemoveAll();
        Assert.Equal(0, tier.Statistics.UsedBytes);
    }

    private static void Fill(MemoryTier tier, in Edge.Cache.CacheKey key, int length, bool known)
    {
        using var builder = tier.StartBody(key, known ? length : null);
        using var reader = builder.OpenReader()!;
        var mark = (byte)key.Low;
        while (builder.Length < length && builder.TryGetMemory(out var memory))
        {
            var count = (int)Math.Min(memory.Length, length - builder.Length);
            memory.Span[..count].Fill(mark);
            builder.Advance(count);
            while (reader.TryRead(out var read))
            {
                Assert.Equal(-1, read.Span.IndexOfAnyExcept(mark));
                reader.Advance(read.Length);
            }
        }
        if (builder.Length == length)
        {
            builder.Commit([mark, mark], 1);
        }
    }

    private static void Verify(in CachedObjectLease lease)
    {
        var mark = (byte)lease.Key.Low;
        Assert.Equal(-1, lease.Head.Span.IndexOfAnyExcept(mark));
        for (var i = 0; i < lease.SegmentCount; i++)
        {
            Assert.Equal(-1, lease.Segment(i).Memory.Span.IndexOfAnyExcept(mark));
        }
    }
}
