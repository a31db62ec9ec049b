using System.Diagnostics;

namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// One object in slabs: first growing under its <see cref="BodyBuilder"/>, then, once committed, immutable.
/// Its memory goes back to the arena when the last of its holders (builder, readers, map, leases) has
/// released it.
/// </summary>
internal sealed class CachedObject(CacheKey key, MemoryTier tier) : S3FifoNode(key)
{
    private SlabRun[] _runs = new SlabRun[1];
    private int _references = 1; // the builder's
    private long _length;
    private int _preparedBytes;

    /// <summary>Bytes of the body that may be read; grows until the commit.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Runs in use; the first ones may have been given up, see <see cref="FirstRun"/>.</summary>
    public int RunCount { get; private set; }

    /// <summary>First run that still holds bytes.</summary>
    public int FirstRun { get; private set; }

    public SlabRun HeadRun { get; private set; }

    public int HeadLength { get; private set; }

    public long FillSequence { get; private set; }

    public object? Facts { get; private set; }

    /// <summary>What a reader has made of the head, to be used again; null: nothing yet.</summary>
    public object? Prepared { get; private set; }

    /// <summary>The part of the charge that is no slab.</summary>
    public long MetadataBytes { get; set; }

    /// <summary>True once the log tier has the object, or has been asked to take it.</summary>
    public bool IsLogged { get; set; }

    // One reference is the map's; more are leases.
    public override bool IsPinned => Volatile.Read(ref _references) > 1;

    public ReadOnlyMemory<byte> Head => HeadRun.Memory[..HeadLength];

    public SlabRun Run(int index) => _runs[index];

    /// <summary>Bytes that the runs and the head hold.</summary>
    public long RunBytes
    {
        get
        {
            long sum = HeadRun.Bytes;
            for (var i = FirstRun; i < RunCount; i++)
            {
                sum += _runs[i].Bytes;
            }
            return sum;
        }
    }

    /// <summary>False when the memory is already given back.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }
            seen = before;
        }
        return false;
    }

    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left > 0)
        {
            return;
        }
        if (left < 0)
        {
            throw new UnreachableException("a cached object was released more often than acquired");
        }
        for (var i = FirstRun; i < RunCount; i++)
        {
            tier.GiveBack(_runs[i]);
        }
        if (HeadRun.Array is not null)
        {
            tier.GiveBack(HeadRun);
        }
    }

    /// <summary>Adds memory for the body. Builder only.</summary>
    public void AddRun(in SlabRun run)
    {
        if (RunCount == _runs.Length)
        {
            // Readers hold the old array, whose part is the same.
            Array.Resize(ref _runs, Math.Max(4, RunCount * 2));
        }
        _runs[RunCount++] = run;
    }

    /// <summary>Lets readers see the body up to <paramref name="length"/>. Builder only.</summary>
    public void Publish(long length) => Volatile.Write(ref _length, length);

    /// <summary>Replaces the last run by its first bytes. Builder only.</summary>
    public void TrimLastRun(in SlabRun trimmed) => _runs[RunCount - 1] = trimmed;

    /// <summary>Gives up the oldest run. Builder only, when no reader can still want it.</summary>
    public SlabRun TakeFirstRun()
    {
        var run = _runs[FirstRun];
        _runs[FirstRun++] = default;
        return run;
    }

    /// <summary>Keeps what a reader has made of the head; it counts towards the limit from now on.</summary>
    public void SetPrepared(object prepared, int bytes)
    {
        Prepared = prepared;
        tier.Recharge(this, bytes - Interlocked.Exchange(ref _preparedBytes, bytes));
    }

    public void Seal(in SlabRun head, int headLength, long fillSequence, object? facts)
    {
        HeadRun = head;
        HeadLength = headLength;
        FillSequence = fillSequence;
        Facts = facts;
    }
}
