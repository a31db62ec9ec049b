using System.Buffers;
using System.Collections.Concurrent;

namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// The RAM tier: objects in pinned slabs under a 128-bit key, evicted by S3-FIFO, under a hard limit of
/// bytes. A lookup takes no lock and allocates nothing. Thread-safe. It knows nothing of freshness or purges:
/// the caller judges the head block and the fill sequence of what it finds.
/// </summary>
internal sealed class MemoryTier
{
    /// <summary>
    /// Bytes counted for an object besides its slabs: the object, its node in the map, its share of the
    /// tables.
    /// </summary>
    internal const int ObjectMetadataBytes = 320;

    private const int PieceBytesMin = 4 << 10;
    private const int EvictionsPerTakeMax = 4096;
    private readonly ConcurrentDictionary<CacheKey, CachedObject> _map = new(
        Math.Clamp(Environment.ProcessorCount * 4, 16, 256), 1024);
    private readonly LeaseSlotPool _leases = new();
    private readonly Lock _gate = new(); // queues, and the agreement between map and queues
    private readonly S3Fifo _queues;
    private readonly SlabArena _arena;
    private readonly EdgeMemoryOptions _options;
    private readonly long _fixedBytes;
    private long _metadata;
    private long _borrowed;
    private long _inserted;
    private long _removed;
    private long _noRoom;
    private int _count;

    /// <param name="options">Limits.</param>
    /// <param name="poison">Overwrite released memory: tests see a use after release as wrong bytes.</param>
    public MemoryTier(EdgeMemoryOptions options, bool poison = false)
    {
        _options = options;
        // Half of a queue for one object at most: otherwise one newcomer would push out all others.
        ObjectBytesMax = Math.Min(options.ObjectBytesMax, (long)(options.BytesMax * options.SmallQueueShare) / 2);
        var ghostKeys = (int)Math.Clamp(options.BytesMax >> 13, 1 << 10, 1 << 24);
        _queues = new S3Fifo(options.BytesMax, options.SmallQueueShare, options.PromoteHits, ghostKeys);
        _fixedBytes = _queues.GhostBytes;
        var regionBytes = options.BytesMax < 128L << 20 ? 4 * Slab.Bytes : 256 * Slab.Bytes;
        _arena = new SlabArena(regionBytes, options.LargePages, poison);
    }

    /// <summary>
    /// Told of each object that has proved worth keeping (it was asked for again) and is not in the log tier.
    /// The lease is the callee's. False: not taken, ask again later. Called on a filling thread: it must only
    /// hand the lease on. Set before the first fill.
    /// </summary>
    public Func<CachedObjectLease, bool>? Kept { get; set; }

    /// <summary>Largest body kept.</summary>
    public long ObjectBytesMax { get; }

    /// <summary>Bytes of a body in flight that is too large to be kept.</summary>
    public long WindowBytes => _options.WindowBytes;

    public MemoryTierStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return new MemoryTierStatistics(_count, _options.BytesMax, _arena.CommittedBytes,
                    _arena.UsedBytes, _metadata + _fixedBytes, _queues.SmallBytes, _queues.MainBytes,
                    Interlocked.Read(ref _borrowed), _leases.Outstanding, _inserted, _queues.Evictions,
                    _queues.Promotions, _queues.GhostHits, _removed, Interlocked.Read(ref _noRoom));
            }
        }
    }

    /// <summary>Finds an object and counts the hit. The lease must be disposed.</summary>
    public bool TryGet(in CacheKey key, out CachedObjectLease lease)
    {
        if (_map.TryGetValue(key, out var found) && found.TryAcquire())
        {
            found.Touch();
            lease = Lease(found);
            return true;
        }
        lease = default;
        return false;
    }

    /// <summary>True when an object is there; counts no hit.</summary>
    public bool Contains(CacheKey key) => _map.ContainsKey(key);

    /// <summary>
    /// True when the key was here a short while ago and is now asked for again: worth keeping on disk.
    /// </summary>
    public bool Remembers(in CacheKey key)
    {
        lock (_gate)
        {
            return _queues.Remembers(key);
        }
    }

    /// <summary>Begins a body. Nothing is found under the key until it is committed.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="expectedLength">Length promised by the sender; null when it promised none.</param>
    public BodyBuilder StartBody(in CacheKey key, long? expectedLength) => new(this, key, expectedLength);

    /// <summary>
    /// Gives an object a new head (RFC 9111, 4.3.4): the body is copied, and those who read the old object go
    /// on reading it.
    /// </summary>
    public CommitOutcome Refresh(
        in CachedObjectLease lease, ReadOnlySpan<byte> head, long fillSequence,
        object? facts = null, int factsBytes = 0)
    {
        using var body = StartBody(lease.Key, lease.Length);
        for (var i = 0; i < lease.SegmentCount; i++)
        {
            if (!body.TryAppend(lease.Segment(i).Memory.Span))
            {
                return CommitOutcome.NoRoom;
            }
        }
        return body.Commit(head, fillSequence, facts, factsBytes);
    }

    /// <summary>Takes an object out. Those who lease it go on reading.</summary>
    public bool Remove(in CacheKey key)
    {
        CachedObject? target;
        lock (_gate)
        {
            if (!_map.TryGetValue(key, out target))
            {
                return false;
            }
            Detach(target);
            _removed++;
        }
        target.Release();
        return true;
    }

    /// <summary>Takes out one very object, when it is still the one under its key.</summary>
    public bool Remove(in CachedObjectLease lease)
    {
        var target = lease.Object;
        lock (_gate)
        {
            if (!_map.TryGetValue(target.Key, out var there) || !ReferenceEquals(there, target))
            {
                return false;
            }
            Detach(target);
            _removed++;
        }
        target.Release();
        return true;
    }

    /// <summary>Takes out every object; returns how many.</summary>
    public int RemoveAll() => RemoveWhere(static _ => true);

    /// <summary>
    /// Takes out every object for which the question is answered yes; the lease is valid during the call
    /// only.
    /// </summary>
    public int RemoveWhere(Func<CachedObjectLease, bool> covers)
    {
        var count = 0;
        Visit(lease => count += covers(lease) && Remove(lease) ? 1 : 0);
        return count;
    }

    /// <summary>
    /// Visits the objects that are there, without counting hits; objects that come or go meanwhile may or may
    /// not be seen. The lease is valid during the call only.
    /// </summary>
    public void Visit(Action<CachedObjectLease> visitor)
    {
        foreach (var (_, target) in _map)
        {
            if (target.TryAcquire())
            {
                using var lease = Lease(target);
                visitor(lease);
            }
        }
    }

    /// <summary>Finds memory: free, new, or from objects that are evicted for it; borrowed at last.</summary>
    internal bool TryTake(int bytes, out SlabRun run)
    {
        if (TryTakeOwn(bytes, exact: false, out run))
        {
            return true;
        }
        Interlocked.Increment(ref _noRoom);
        if (Interlocked.Add(ref _borrowed, Slab.Bytes) <= _options.OverflowBytesMax)
        {
            run = new SlabRun(ArrayPool<byte>.Shared.Rent(Slab.Bytes), 0, Slab.Bytes, null);
            return true;
        }
        Interlocked.Add(ref _borrowed, -Slab.Bytes);
        run = default;
        return false;
    }

    internal SlabRun Trim(in SlabRun run, int bytes) => run.Slab is null ? run : _arena.Trim(run, bytes);

    internal void GiveBack(in SlabRun run)
    {
        if (run.Slab is not null)
        {
            _arena.Free(run);
            return;
        }
        ArrayPool<byte>.Shared.Return(run.Array);
        Interlocked.Add(ref _borrowed, -Slab.Bytes);
    }

    internal CommitOutcome Commit(
        CachedObject target, ReadOnlySpan<byte> head, long fillSequence, object? facts, int factsBytes,
            bool isLogged)
    {
        if (!TryTakeOwn(Math.Max(head.Length, 1), exact: true, out var headRun))
        {
            return CommitOutcome.NoRoom;
        }
        head.CopyTo(headRun.Memory.Span);
        target.Seal(headRun, head.Length, fillSequence, facts);
        target.IsLogged = isLogged;
        var metadata = ObjectMetadataBytes + factsBytes + 32L * target.RunCount;
        target.ChargeBytes = target.RunBytes + metadata;
        target.MetadataBytes = metadata;
        CachedObject? old;
        var known = false;
        lock (_gate)
        {
            if (_map.TryGetValue(target.Key, out old) && old.FillSequence > fillSequence)
            {
                return CommitOutcome.Superseded;
            }
            target.TryAcquire(); // the map's reference; the builder holds one, so this cannot fail
            if (old is null)
            {
                known = _queues.Insert(target);
                _count++;
            }
            else
            {
                _queues.Replace(old, target);
                known = target.Queue == S3FifoQueue.Main;
                _metadata -= old.MetadataBytes;
            }
            _map[target.Key] = target;
            _metadata += metadata;
            _inserted++;
        }
        old?.Release();
        if (known)
        {
            Offer([target]);
        }
        KeepLimit();
        return CommitOutcome.Stored;
    }

    /// <summary>An object costs more (or less) bookkeeping than before.</summary>
    internal void Recharge(CachedObject target, int bytes)
    {
        lock (_gate)
        {
            if (target.Queue == S3FifoQueue.None)
            {
                return; // it has left, and its charge with it
            }
            target.MetadataBytes += bytes;
            _metadata += bytes;
            _queues.Recharge(target, bytes);
        }
        KeepLimit();
    }

    private CachedObjectLease Lease(CachedObject acquired)
    {
        var slot = _leases.Rent();
        slot.Set(acquired);
        return new CachedObjectLease(slot);
    }

    private bool TryTakeOwn(int bytes, bool exact, out SlabRun run)
    {
        for (var i = 0; i < EvictionsPerTakeMax; i++)
        {
            if (_arena.TryAllocate(bytes, out run))
            {
                return true;
            }
            if (TryGrow())
            {
                continue;
            }
            // Much is free, but in pieces: a body may lie in more than one. Otherwise others must go.
            var free = _arena.CommittedBytes - _arena.UsedBytes;
            if (!exact && bytes > PieceBytesMin * 2 && free > _options.BytesMax / 16
                && _arena.TryAllocate(bytes / 2, out run))
            {
                return true;
            }
            if (!TryEvict())
            {
                break;
            }
        }
        return _arena.TryAllocate(exact ? bytes : Math.Min(bytes, PieceBytesMin), out run);
    }

    private bool TryGrow()
    {
        lock (_gate)
        {
            if (_arena.CommittedBytes + _arena.NextGrowthBytes + _metadata + _fixedBytes > _options.BytesMax)
            {
                return false;
            }
            _arena.Grow();
            return true;
        }
    }

    private bool TryEvict()
    {
        CachedObject? victim;
        List<CachedObject>? kept = null;
        lock (_gate)
        {
            victim = (CachedObject?)_queues.Evict(node => (kept ??= []).Add((CachedObject)node));
            if (victim is not null)
            {
                Detach(victim);
            }
            kept?.RemoveAll(target => target.IsLogged || Kept is null || !target.TryAcquire());
        }
        victim?.Release();
        foreach (var target in kept ?? [])
        {
            Hand(target);
        }
        return victim is not null;
    }

    // Bookkeeping has grown (smaller objects than before): objects go until a slab is free that can be given
    // up for it.
    private void KeepLimit()
    {
        for (var i = 0; i < EvictionsPerTakeMax; i++)
        {
            lock (_gate)
            {
                if (_arena.CommittedBytes + _metadata + _fixedBytes <= _options.BytesMax)
                {
                    return;
                }
            }
            if (!_arena.TryRetire() && !TryEvict())
            {
                return;
            }
        }
    }

    private void Offer(IEnumerable<CachedObject> targets)
    {
        foreach (var target in targets)
        {
            if (!target.IsLogged && Kept is not null && target.TryAcquire())
            {
                Hand(target);
            }
        }
    }

    private void Hand(CachedObject acquired)
    {
        acquired.IsLogged = true;
        acquired.IsLogged = Kept!(Lease(acquired));
    }

    private void Detach(CachedObject target)
    {
        if (_map.TryRemove(new KeyValuePair<CacheKey, CachedObject>(target.Key, target)))
        {
            _queues.Remove(target);
            _metadata -= target.MetadataBytes;
            _count--;
        }
    }
}
