using CsCheck;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache.Memory;

public sealed class SlabArenaTests
{
    [Fact]
    public void The_longest_free_run_of_a_slab_is_what_counting_finds()
    {
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Int[1, RunBitmap.Units]).Sample((high, low, count) =>
        {
            var used = new UInt128(high & (high >> 3), low & (low >> 2));

            var longest = RunBitmap.LongestFree(used);
            var found = RunBitmap.Find(used, count);

            Assert.Equal(CountLongest(used), longest);
            Assert.Equal(count <= longest, found >= 0);
            if (found >= 0)
            {
                Assert.True((used & RunBitmap.Mask(found, count)) == 0);
            }
        });
    }

    [Fact]
    public void An_empty_and_a_full_slab_are_measured_right()
    {
        Assert.Equal(RunBitmap.Units, RunBitmap.LongestFree(0));
        Assert.Equal(0, RunBitmap.LongestFree(UInt128.MaxValue));
        Assert.Equal(0, RunBitmap.Find(0, RunBitmap.Units));
        Assert.Equal(-1, RunBitmap.Find(UInt128.MaxValue, 1));
    }

    [Fact]
    public void Runs_never_overlap_and_a_slab_whose_runs_are_gone_is_whole_again()
    {
        Gen.Int[1, Slab.Bytes].Array[1, 200].Sample((int[] sizes) =>
        {
            var arena = new SlabArena(4 * Slab.Bytes, largePages: false, poison: true);
            var held = new List<(SlabRun Run, byte Mark)>();
            var random = new Random(sizes.Length);
            foreach (var size in sizes)
            {
                SlabRun run;
                while (!arena.TryAllocate(size, out run))
                {
                    arena.Grow();
                }
                var mark = (byte)random.Next(1, 255);
                run.Memory.Span.Fill(mark);
                held.Add((run, mark));
                if (random.Next(3) == 0)
                {
                    Free(arena, held, random.Next(held.Count));
                }
                if (random.Next(4) == 0 && held.Count > 0)
                {
                    var at = random.Next(held.Count);
                    var kept = Math.Max(1, held[at].Run.Bytes / 2);
                    held[at] = (arena.Trim(held[at].Run, kept), held[at].Mark);
                }
            }
            Assert.Equal(held.Sum(entry => (long)entry.Run.Bytes), arena.UsedBytes);
            while (held.Count > 0)
            {
                Free(arena, held, held.Count - 1);
            }
            Assert.Equal(0, arena.UsedBytes);
            for (var left = arena.CommittedBytes; left > 0; left -= Slab.Bytes)
            {
                Assert.True(arena.TryAllocate(Slab.Bytes, out _));
            }
        }, iter: 100);
    }

    [Fact]
    public void A_run_given_back_twice_is_caught()
    {
        var arena = new SlabArena(Slab.Bytes, largePages: false, poison: false);
        arena.Grow();
        Assert.True(arena.TryAllocate(1000, out var run));

        arena.Free(run);

        Assert.Throws<System.Diagnostics.UnreachableException>(() => arena.Free(run));
    }

    [Fact]
    public void Memory_given_up_to_the_system_can_be_used_again()
    {
        var arena = new SlabArena(32 * Slab.Bytes, largePages: true, poison: false);
        arena.Grow();

        Assert.True(arena.TryRetire());
        Assert.Equal(31 * Slab.Bytes, arena.CommittedBytes);
        arena.Grow();

        Assert.Equal(32 * Slab.Bytes, arena.CommittedBytes);
        for (var i = 0; i < 32; i++)
        {
            Assert.True(arena.TryAllocate(Slab.Bytes, out var run));
            run.Memory.Span.Fill(1);
        }
    }

    private static void Free(SlabArena arena, List<(SlabRun Run, byte Mark)> held, int at)
    {
        var (run, mark) = held[at];
        Assert.Equal(-1, run.Memory.Span.IndexOfAnyExcept(mark));
        arena.Free(run);
        held.RemoveAt(at);
    }

    private static int CountLongest(UInt128 used)
    {
        var longest = 0;
        var run = 0;
        for (var i = 0; i < RunBitmap.Units; i++)
        {
            run = ((used >> i) & 1) == 0 ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }
}
