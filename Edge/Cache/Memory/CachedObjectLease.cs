using System.Runtime.CompilerServices;

namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// The right to read a cached object: its memory stays where it is until <see cref="Dispose"/>. A value that
/// may be copied and kept across awaits, but is given back once: a second release and a read after the
/// release throw <see cref="InvalidOperationException"/>. Memory taken from a lease must not be used after
/// the release.
/// </summary>
internal readonly struct CachedObjectLease : IDisposable
{
    private readonly LeaseSlot? _slot;
    private readonly long _generation;

    internal CachedObjectLease(LeaseSlot slot)
    {
        _slot = slot;
        _generation = slot.Generation;
    }

    /// <summary>False for the default value, which leases nothing.</summary>
    public bool HasObject => _slot is not null;

    public CacheKey Key => Object.Key;

    /// <summary>The head block given at the commit, pinned.</summary>
    public ReadOnlyMemory<byte> Head => Object.Head;

    /// <summary>Address of the head block.</summary>
    public nint HeadAddress => Address(Object.HeadRun);

    /// <summary>What the committer gave along with the head, usually the parsed head.</summary>
    public object? Facts => Object.Facts;

    /// <summary>
    /// What a reader has made of the head, kept as long as this very object; null: nothing yet. Readers at the
    /// same time may each set theirs: the last one stays.
    /// </summary>
    public object? Prepared => Object.Prepared;

    /// <summary>Keeps what was made of the head, which takes so many bytes of heap.</summary>
    public void SetPrepared(object prepared, int bytes) => Object.SetPrepared(prepared, bytes);

    /// <summary>Bytes of the body.</summary>
    public long Length => Object.Length;

    /// <summary>The invalidation sequence read before the origin was asked.</summary>
    public long FillSequence => Object.FillSequence;

    /// <summary>Pieces in which the body lies.</summary>
    public int SegmentCount => Object.RunCount;

    /// <summary>One piece of the body.</summary>
    public BodySegment Segment(int index)
    {
        var target = Object;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)target.RunCount);
        var run = target.Run(index);
        // Only the last run can be longer than what it holds.
        var length = index == target.RunCount - 1 ? LastLength(target) : run.Bytes;
        return new BodySegment(run.Array.AsMemory(run.Start, length), Address(run));
    }

    /// <summary>
    /// Body bytes from <paramref name="offset"/> to the end of the piece that holds it; empty at the end.
    /// </summary>
    public ReadOnlyMemory<byte> Slice(long offset)
    {
        var target = Object;
        for (var i = 0; i < target.RunCount; i++)
        {
            var segment = Segment(i).Memory;
            if (offset < segment.Length)
            {
                return segment[(int)offset..];
            }
            offset -= segment.Length;
        }
        return default;
    }

    /// <summary>Copies body bytes from <paramref name="offset"/> on; returns how many.</summary>
    public int CopyTo(long offset, Span<byte> destination)
    {
        var copied = 0;
        while (copied < destination.Length && Slice(offset + copied) is { Length: > 0 } piece)
        {
            var count = Math.Min(piece.Length, destination.Length - copied);
            piece.Span[..count].CopyTo(destination[copied..]);
            copied += count;
        }
        return copied;
    }

    /// <summary>Gives the lease back.</summary>
    public void Dispose() => _slot?.Release(_generation);

    internal CachedObject Object =>
        (_slot ?? throw new InvalidOperationException("this lease was never taken")).Target(_generation);

    private static int LastLength(CachedObject target)
    {
        var before = 0L;
        for (var i = 0; i < target.RunCount - 1; i++)
        {
            before += target.Run(i).Bytes;
        }
        return (int)(target.Length - before);
    }

    private static unsafe nint Address(in SlabRun run) =>
        run.Slab is null ? 0 : (nint)Unsafe.AsPointer(ref run.Array[run.Start]);
}

/// <summary>A piece of a body: as memory, and as the address that a gathered send takes.</summary>
internal readonly record struct BodySegment(ReadOnlyMemory<byte> Memory, nint Address);
