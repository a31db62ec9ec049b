using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// Pinned memory in slabs of 64 KiB, from which runs of 512-byte units are cut, best fit first: slabs are
/// kept in one list per length of their longest free run. A 2 KB object takes 2 KB, and a slab whose objects
/// are gone is whole again: no size class can starve another. Thread-safe; one lock, taken on fills and
/// evictions, never on a lookup.
/// </summary>
internal sealed partial class SlabArena
{
    private const int HugePageBytes = 2 << 20;
    private const int AdviseHugePage = 14;
    private const int AdviseDontNeed = 4;

    private readonly Lock _gate = new();
    private readonly Slab?[] _bins = new Slab?[RunBitmap.Units + 1];
    private readonly Stack<Slab> _retired = new();
    private readonly int _regionBytes;
    private readonly bool _largePages;
    private readonly bool _poison;
    private UInt128 _binsFilled; // bit n - 1: bin n holds a slab
    private long _committed;
    private long _used;

    /// <param name="regionBytes">Bytes asked from the runtime at a time; a multiple of a slab.</param>
    /// <param name="largePages">Ask the kernel for 2 MiB pages.</param>
    /// <param name="poison">Overwrite what is given back, so that tests see a use after release.</param>
    public SlabArena(int regionBytes, bool largePages, bool poison)
    {
        _regionBytes = regionBytes;
        _largePages = largePages && regionBytes >= HugePageBytes;
        _poison = poison;
    }

    /// <summary>Bytes of slabs that the tier holds from the runtime.</summary>
    public long CommittedBytes => Interlocked.Read(ref _committed);

    /// <summary>Bytes of slabs that belong to objects.</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>Bytes that one <see cref="Grow"/> adds.</summary>
    public int RegionBytes => _regionBytes;

    /// <summary>
    /// Cuts a run of at least <paramref name="bytes"/> (at most a slab) out of what is committed.
    /// </summary>
    public bool TryAllocate(int bytes, out SlabRun run)
    {
        Debug.Assert(bytes is > 0 and <= Slab.Bytes);
        var units = (bytes + Slab.UnitBytes - 1) / Slab.UnitBytes;
        lock (_gate)
        {
            var candidates = _binsFilled >> (units - 1);
            if (candidates == 0)
            {
                run = default;
                return false;
            }
            var slab = _bins[units + (int)UInt128.TrailingZeroCount(candidates)]!;
            var first = RunBitmap.Find(slab.Used, units);
            Occupy(slab, slab.Used | RunBitmap.Mask(first, units));
            _used += (long)units * Slab.UnitBytes;
            run = new SlabRun(slab.Region, slab.Start + first * Slab.UnitBytes, units * Slab.UnitBytes, slab);
            return true;
        }
    }

    /// <summary>Gives a run back.</summary>
    public void Free(in SlabRun run) => Free(run.Slab!, run.FirstUnit, run.UnitCount);

    /// <summary>
    /// Gives back what a run holds beyond <paramref name="bytes"/>; the bytes kept do not move.
    /// </summary>
    public SlabRun Trim(in SlabRun run, int bytes)
    {
        var units = (bytes + Slab.UnitBytes - 1) / Slab.UnitBytes;
        if (units >= run.UnitCount)
        {
            return run;
        }
        Free(run.Slab!, run.FirstUnit + units, run.UnitCount - units);
        return run with { Bytes = units * Slab.UnitBytes };
    }

    /// <summary>Adds a region, or one slab given up earlier. The caller has checked the limit.</summary>
    public void Grow()
    {
        lock (_gate)
        {
            if (_retired.TryPop(out var back))
            {
                Link(back);
                _committed += Slab.Bytes;
                return;
            }
        }
        // Room to start at the boundary of a large page; what lies before and after it is never touched, so
        // never resident.
        var alignment = _largePages ? HugePageBytes : 4096;
        var region = GC.AllocateUninitializedArray<byte>(_regionBytes + alignment, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(region, 0);
        var skip = (int)(-address & (alignment - 1));
        if (_largePages)
        {
            // A refusal only means small pages.
            _ = Advise(address + skip, (nuint)_regionBytes, AdviseHugePage);
        }
        lock (_gate)
        {
            // Linked last to first, so that the low addresses are used first.
            for (var start = skip + _regionBytes - Slab.Bytes; start >= skip; start -= Slab.Bytes)
            {
                Link(new Slab(region, start));
            }
            _committed += _regionBytes;
        }
    }

    /// <summary>Bytes the next <see cref="Grow"/> commits.</summary>
    public int NextGrowthBytes
    {
        get
        {
            lock (_gate)
            {
                return _retired.Count > 0 ? Slab.Bytes : _regionBytes;
            }
        }
    }

    /// <summary>
    /// Gives the memory of one wholly free slab back to the system. False when there is none.
    /// </summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            if (_bins[RunBitmap.Units] is not { } slab)
            {
                return false;
            }
            Unlink(slab);
            _retired.Push(slab);
            _committed -= Slab.Bytes;
            _ = Advise(slab.Address, Slab.Bytes, AdviseDontNeed);
            return true;
        }
    }

    private void Free(Slab slab, int first, int count)
    {
        if (_poison)
        {
            slab.Region.AsSpan(slab.Start + first * Slab.UnitBytes, count * Slab.UnitBytes).Fill(0xDD);
        }
        var mask = RunBitmap.Mask(first, count);
        lock (_gate)
        {
            if ((slab.Used & mask) != mask)
            {
                throw new UnreachableException("a run of a slab was given back twice");
            }
            Occupy(slab, slab.Used & ~mask);
            _used -= (long)count * Slab.UnitBytes;
        }
    }

    private void Occupy(Slab slab, UInt128 used)
    {
        var longest = RunBitmap.LongestFree(used);
        if (longest == slab.LongestFree)
        {
            slab.Used = used;
            return;
        }
        Unlink(slab);
        slab.Used = used;
        slab.LongestFree = longest;
        Link(slab);
    }

    private void Link(Slab slab)
    {
        var bin = slab.LongestFree;
        if (bin == 0)
        {
            return;
        }
        slab.Next = _bins[bin];
        if (slab.Next is not null)
        {
            slab.Next.Previous = slab;
        }
        _bins[bin] = slab;
        _binsFilled |= UInt128.One << (bin - 1);
    }

    private void Unlink(Slab slab)
    {
        var bin = slab.LongestFree;
        if (bin == 0)
        {
            return;
        }
        if (slab.Previous is null)
        {
            _bins[bin] = slab.Next;
        }
        else
        {
            slab.Previous.Next = slab.Next;
        }
        if (slab.Next is not null)
        {
            slab.Next.Previous = slab.Previous;
        }
        slab.Next = slab.Previous = null;
        if (_bins[bin] is null)
        {
            _binsFilled &= ~(UInt128.One << (bin - 1));
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
