using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache.Memory;

public sealed class BodyBuilderTests
{
    [Fact]
    public void Readers_see_the_bytes_as_they_arrive_and_go_on_after_the_commit()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 }, poison: true);
        var body = TestBody.Make(TestBody.Key(1), 300_000);
        using var builder = tier.StartBody(TestBody.Key(1), null);
        using var early = builder.OpenReader()!;
        Assert.False(early.TryRead(out _));

        builder.TryAppend(body.AsSpan(0, 100_000));
        using var late = builder.OpenReader()!;
        Assert.Equal(body[..100_000], Drain(early));
        builder.TryAppend(body.AsSpan(100_000));
        builder.Commit("head"u8, 1);
        tier.RemoveAll();

        Assert.Equal(body[100_000..], Drain(early));
        Assert.Equal(body, Drain(late));
    }

    [Fact]
    public void A_reader_can_begin_in_the_middle()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        var body = TestBody.Make(TestBody.Key(1), 200_000);
        using var builder = tier.StartBody(TestBody.Key(1), body.Length);
        builder.TryAppend(body);

        using var reader = builder.OpenReader(70_001)!;

        Assert.Equal(body[70_001..], Drain(reader));
        Assert.Null(builder.OpenReader(200_001));
    }

    [Fact]
    public void Of_a_body_too_large_to_keep_only_a_window_is_held_and_the_slowest_reader_holds_it()
    {
        var tier = new MemoryTier(
            new EdgeMemoryOptions { BytesMax = 32 << 20, ObjectBytesMax = 256 << 10, WindowBytes = 1 << 20 },
                poison: true);
        var body = TestBody.Make(TestBody.Key(1), 5_000_000);
        using var builder = tier.StartBody(TestBody.Key(1), body.Length);
        using var reader = builder.OpenReader()!;
        var got = new List<byte>();
        var sent = 0;
        while (sent < body.Length)
        {
            if (builder.TryGetMemory(out var memory))
            {
                var count = Math.Min(memory.Length, body.Length - sent);
                body.AsMemory(sent, count).CopyTo(memory);
                builder.Advance(count);
                sent += count;
            }
            else
            {
                Assert.True(builder.IsWaiting);
                got.AddRange(Drain(reader));
            }
            Assert.True(tier.Statistics.UsedBytes <= (1 << 20) + Slab.Bytes);
        }
        got.AddRange(Drain(reader));

        Assert.True(got.SequenceEqual(body));
        Assert.False(builder.IsKeepable);
        Assert.Null(builder.OpenReader());
        Assert.Equal(CommitOutcome.TooLarge, builder.Commit("head"u8, 1));
    }

    [Fact]
    public void When_every_byte_is_being_read_a_fill_borrows_and_is_sent_but_not_kept()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 4 << 20, OverflowBytesMax = 256 << 10 });
        var leases = new List<CachedObjectLease>();
        var number = 0;
        while (tier.Statistics.NoRoom == 0)
        {
            TestBody.Store(tier, TestBody.Key(number), new byte[60_000]);
            if (tier.TryGet(TestBody.Key(number++), out var lease))
            {
                leases.Add(lease);
            }
        }

        var body = TestBody.Make(TestBody.Key(-1), 200_000);
        using (var builder = tier.StartBody(TestBody.Key(-1), body.Length))
        {
            using var reader = builder.OpenReader()!;
            Assert.True(builder.TryAppend(body));
            Assert.Equal(body, Drain(reader));
            Assert.False(builder.IsKeepable);
            Assert.Equal(CommitOutcome.NoRoom, builder.Commit("head"u8, 1));
            Assert.True(tier.Statistics.BorrowedBytes > 0);
        }
        using (var tooMuch = tier.StartBody(TestBody.Key(-2), 2_000_000))
        {
            using var reader = tooMuch.OpenReader()!;
            Assert.False(tooMuch.TryAppend(new byte[2_000_000]));
            Assert.False(tooMuch.IsWaiting);
        }
        Assert.Equal(0, tier.Statistics.BorrowedBytes);
        leases.ForEach(lease => lease.Dispose());
        Assert.Equal(CommitOutcome.Stored, TestBody.Store(tier, TestBody.Key(-3), new byte[60_000]));
    }

    [Fact]
    public void An_abandoned_fill_gives_its_memory_back()
    {
        var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        using (var builder = tier.StartBody(TestBody.Key(1), 1_000_000))
        {
            builder.TryAppend(new byte[500_000]);
            Assert.True(tier.Statistics.UsedBytes >= 500_000);
        }

        Assert.Equal(0, tier.Statistics.UsedBytes);
        Assert.False(tier.TryGet(TestBody.Key(1), out _));
    }

    private static byte[] Drain(BodyReader reader)
    {
        var got = new List<byte>();
        while (reader.TryRead(out var memory))
        {
            got.AddRange(memory.ToArray());
            reader.Advance(memory.Length);
        }
        return [.. got];
    }
}
