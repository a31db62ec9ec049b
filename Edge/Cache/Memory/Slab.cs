using System.Runtime.CompilerServices;

namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// 64 KiB of pinned memory, handed out in runs of 512-byte units. Owned by its <see cref="SlabArena"/>.
/// </summary>
internal sealed class Slab(byte[] region, int start)
{
    /// <summary>Bytes of a slab.</summary>
    public const int Bytes = RunBitmap.Units * UnitBytes;

    /// <summary>Bytes of a unit: the grain of allocation.</summary>
    public const int UnitBytes = 512;

    public readonly byte[] Region = region;
    public readonly int Start = start;

    // Guarded by the arena's lock.
    internal UInt128 Used;
    internal int LongestFree = RunBitmap.Units;
    internal Slab? Next;
    internal Slab? Previous;

    /// <summary>Address of the first byte: the region is pinned for good.</summary>
    public unsafe nint Address => (nint)Unsafe.AsPointer(ref Region[Start]);
}

/// <summary>
/// Consecutive pinned bytes that belong to one object. <see cref="Slab"/> is null when they were borrowed
/// outside the tier (then they are not pinned and have no address).
/// </summary>
internal readonly record struct SlabRun(byte[] Array, int Start, int Bytes, Slab? Slab)
{
    public Memory<byte> Memory => Array.AsMemory(Start, Bytes);

    public int FirstUnit => (Start - Slab!.Start) / Slab.UnitBytes;

    public int UnitCount => Bytes / Slab.UnitBytes;
}
