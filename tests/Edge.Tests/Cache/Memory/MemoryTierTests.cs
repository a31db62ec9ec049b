using System.Text;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache.Memory;

public sealed class MemoryTierTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_003)]
    public void A_body_comes_back_as_it_went_in_whether_its_length_was_known_or_not(int length)
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 }, poison: true);
        foreach (var known in new[] { true, false })
        {
            var key = TestBody.Key(length + (known ? 1 : 0));
            var body = TestBody.Make(key, length);

            Assert.Equal(CommitOutcome.Stored, TestBody.Store(tier, key, body, 7, known, "HTTP head"));

            Assert.True(tier.TryGet(key, out var lease));
            using (lease)
            {
                Assert.Equal(body, TestBody.Read(lease));
                Assert.Equal("HTTP head", Encoding.UTF8.GetString(lease.Head.Span));
                Assert.Equal(7, lease.FillSequence);
                Assert.Equal(length,
                    Enumerable.Range(0, lease.SegmentCount).Sum(i => lease.Segment(i).Memory.Length));
            }
        }
    }

    [Fact]
    public unsafe void The_address_of_a_piece_is_where_its_bytes_are()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        var body = TestBody.Make(TestBody.Key(1), 200_000);
        TestBody.Store(tier, TestBody.Key(1), body);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);

        Assert.True(tier.TryGet(TestBody.Key(1), out var lease));
        using (lease)
        {
            for (var i = 0; i < lease.SegmentCount; i++)
            {
                var segment = lease.Segment(i);
                Assert.True(new Span<byte>((void*)segment.Address,
                    segment.Memory.Length).SequenceEqual(segment.Memory.Span));
            }
            Assert.True(new Span<byte>((void*)lease.HeadAddress,
                lease.Head.Length).SequenceEqual(lease.Head.Span));
        }
    }

    [Fact]
    public void A_small_object_does_not_hold_a_whole_slab()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        for (var i = 0; i < 1000; i++)
        {
            TestBody.Store(tier, TestBody.Key(i), TestBody.Make(TestBody.Key(i), 2000),
                lengthKnown: i % 2 == 0);
        }

        Assert.Equal(1000, tier.Statistics.Objects);
        Assert.Equal(1000 * (2048 + 512), tier.Statistics.UsedBytes);
    }

    [Fact]
    public void The_limit_holds_under_churn_of_every_size_with_bookkeeping_counted()
    {
        const long bytesMax = 32 << 20;
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = bytesMax });
        var random = new Random(1);
        // Phases of large, small and mixed objects: what one phase leaves behind must not starve the next.
        foreach (var largest in new[] { 1_000_000, 700, 60_000, 300_000, 3000 })
        {
            for (var i = 0; i < 4000; i++)
            {
                var key = TestBody.Key(random.Next(100_000));
                var body = new byte[random.Next(largest)];
                Assert.Equal(CommitOutcome.Stored,
                    TestBody.Store(tier, key, body, lengthKnown: random.Next(2) == 0));
                if (i % 64 == 0)
                {
                    var now = tier.Statistics;
                    Assert.True(now.CommittedBytes + now.MetadataBytes <= bytesMax, $"{now}");
                    Assert.Equal(0, now.BorrowedBytes);
                }
            }
            var after = tier.Statistics;
            Assert.True(after.SmallBytes + after.MainBytes > bytesMax * 0.8,
                $"{largest}: half empty, {after}");
        }
    }

    [Fact]
    public void What_a_reader_has_prepared_counts_towards_the_limit_and_leaves_with_its_object()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        TestBody.Store(tier, TestBody.Key(1), TestBody.Make(TestBody.Key(1), 1000));
        var before = tier.Statistics;
        Assert.True(tier.TryGet(TestBody.Key(1), out var lease));

        lease.SetPrepared(new object(), 700);
        lease.SetPrepared(new object(), 600);

        Assert.Equal(before.MetadataBytes + 600, tier.Statistics.MetadataBytes);
        Assert.Equal(before.SmallBytes + 600, tier.Statistics.SmallBytes);
        lease.Dispose();
        tier.Remove(TestBody.Key(1));
        Assert.Equal(0, tier.Statistics.SmallBytes);
        Assert.Equal(before.MetadataBytes - MemoryTier.ObjectMetadataBytes - 32, tier.Statistics.MetadataBytes);
    }

    [Fact]
    public void An_object_larger_than_the_cut_off_is_not_kept()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20, ObjectBytesMax = 100_000 });

        Assert.Equal(CommitOutcome.TooLarge, TestBody.Store(tier, TestBody.Key(1), new byte[100_001]));
        Assert.Equal(CommitOutcome.Stored, TestBody.Store(tier, TestBody.Key(2), new byte[100_000]));

        Assert.False(tier.TryGet(TestBody.Key(1), out _));
        Assert.Equal(1, tier.Statistics.Objects);
    }

    [Fact]
    public void A_newer_object_takes_the_place_of_the_old_one_whose_readers_read_on()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 }, poison: true);
        var (key, first, second) = (TestBody.Key(1), TestBody.Make(TestBody.Key(1), 5000, 1),
            TestBody.Make(TestBody.Key(1), 7000, 2));
        TestBody.Store(tier, key, first, fillSequence: 1);
        Assert.True(tier.TryGet(key, out var reading));

        TestBody.Store(tier, key, second, fillSequence: 2);

        Assert.Equal(second, TestBody.Find(tier, key));
        Assert.Equal(first, TestBody.Read(reading));
        Assert.Equal(1, tier.Statistics.Objects);
        reading.Dispose();
        Assert.Equal(7168 + 512, tier.Statistics.UsedBytes);
    }

    [Fact]
    [Trait("Requirement", "R111")]
    public void A_fill_that_began_before_does_not_replace_one_that_began_later()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        var key = TestBody.Key(1);
        TestBody.Store(tier, key, [2], fillSequence: 2);

        Assert.Equal(CommitOutcome.Superseded, TestBody.Store(tier, key, [1], fillSequence: 1));

        Assert.Equal([2], TestBody.Find(tier, key));
        Assert.Equal(1024, tier.Statistics.UsedBytes);
    }

    [Fact]
    public void A_removed_object_is_not_found_and_its_readers_read_on()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 }, poison: true);
        var body = TestBody.Make(TestBody.Key(1), 90_000);
        TestBody.Store(tier, TestBody.Key(1), body);
        Assert.True(tier.TryGet(TestBody.Key(1), out var lease));

        Assert.True(tier.Remove(TestBody.Key(1)));
        Assert.False(tier.Remove(TestBody.Key(1)));

        Assert.False(tier.TryGet(TestBody.Key(1), out _));
        Assert.Equal(body, TestBody.Read(lease));
        lease.Dispose();
        var after = tier.Statistics;
        Assert.Equal((0, 0, 0, 1), (after.Objects, after.UsedBytes, after.Leases, after.Removed));
    }

    [Fact]
    public void Objects_are_removed_by_a_question_asked_of_each()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        for (var i = 0; i < 100; i++)
        {
            TestBody.Store(tier, TestBody.Key(i), new byte[i * 10], fillSequence: i);
        }

        Assert.Equal(50, tier.RemoveWhere(lease => lease.FillSequence < 50));
        Assert.Equal(50, tier.Statistics.Objects);
        Assert.Equal(50, tier.RemoveAll());

        var after = tier.Statistics;
        Assert.Equal((0L, 0L, 0L, 0L),
            (after.Objects, after.UsedBytes, after.SmallBytes + after.MainBytes, after.Leases));
    }

    [Fact]
    public void A_lease_released_twice_or_used_after_its_release_is_caught()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        TestBody.Store(tier, TestBody.Key(1), [1, 2, 3]);
        Assert.True(tier.TryGet(TestBody.Key(1), out var lease));
        var copy = lease;
        lease.Dispose();
        // The slot is in use again: the dead copies must not reach the new lease.
        Assert.True(tier.TryGet(TestBody.Key(1), out var next));

        Assert.Throws<InvalidOperationException>(() => copy.Dispose());
        Assert.Throws<InvalidOperationException>(() => copy.Head);
        Assert.Throws<InvalidOperationException>(() => lease.Segment(0));

        Assert.Equal([1, 2, 3], TestBody.Read(next));
        next.Dispose();
        Assert.Equal(0, tier.Statistics.Leases);
    }

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        for (var i = 0; i < 100; i++)
        {
            TestBody.Store(tier, TestBody.Key(i), new byte[20_000]);
        }
        long sum = Lookups(tier);

        var before = GC.GetAllocatedBytesForCurrentThread();
        sum += Lookups(tier);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(sum > 0);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void An_object_asked_for_again_is_offered_to_the_log_once()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 4 << 20 });
        var offered = new List<Edge.Cache.CacheKey>();
        tier.Kept = lease =>
        {
            offered.Add(lease.Key);
            lease.Dispose();
            return true;
        };
        TestBody.Store(tier, TestBody.Key(1), new byte[10_000]);
        Assert.NotNull(TestBody.Find(tier, TestBody.Key(1)));

        for (var i = 100; i < 1000; i++)
        {
            TestBody.Store(tier, TestBody.Key(i), new byte[10_000]);
            Assert.NotNull(TestBody.Find(tier, TestBody.Key(1)));
        }

        Assert.Equal([TestBody.Key(1)], offered);
        Assert.Equal(0, tier.Statistics.Leases);
        Assert.True(tier.Remembers(TestBody.Key(550)));
    }

    [Fact]
    public void An_object_that_the_log_had_no_room_for_is_offered_again_as_long_as_it_is_used()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 4 << 20 });
        var offers = 0;
        tier.Kept = lease =>
        {
            offers += lease.Key == TestBody.Key(1) ? 1 : 0;
            lease.Dispose();
            return offers == 3;
        };
        TestBody.Store(tier, TestBody.Key(1), new byte[10_000]);
        for (var i = 100; i < 6000; i++)
        {
            // The others are hit as well, so that the main queue moves.
            TestBody.Store(tier, TestBody.Key(i), new byte[10_000]);
            Assert.NotNull(TestBody.Find(tier, TestBody.Key(i)));
            Assert.NotNull(TestBody.Find(tier, TestBody.Key(1)));
        }

        Assert.Equal(3, offers);
    }

    [Fact]
    public void A_refreshed_object_has_the_new_head_and_the_old_body()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 }, poison: true);
        var body = TestBody.Make(TestBody.Key(1), 150_000);
        TestBody.Store(tier, TestBody.Key(1), body, 1, head: "old");
        Assert.True(tier.TryGet(TestBody.Key(1), out var lease));

        Assert.Equal(CommitOutcome.Stored, tier.Refresh(lease, "new"u8, 5, facts: "parsed"));

        Assert.Equal("old", Encoding.UTF8.GetString(lease.Head.Span));
        lease.Dispose();
        Assert.True(tier.TryGet(TestBody.Key(1), out var fresh));
        using (fresh)
        {
            Assert.Equal(("new", 5, "parsed"),
                (Encoding.UTF8.GetString(fresh.Head.Span), fresh.FillSequence, fresh.Facts));
            Assert.Equal(body, TestBody.Read(fresh));
        }
        Assert.Equal(0, tier.Statistics.Leases);
    }

    private static long Lookups(MemoryTier tier)
    {
        long sum = 0;
        for (var i = 0; i < 1000; i++)
        {
            if (tier.TryGet(TestBody.Key(i % 150), out var lease))
            {
                sum += lease.Head.Length + lease.Segment(0).Memory.Length + lease.SegmentCount;
                lease.Dispose();
            }
        }
        return sum;
    }
}
