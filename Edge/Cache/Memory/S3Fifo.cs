namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// The eviction order S3-FIFO (Yang et al., SOSP 2023): newcomers wait in a small queue; those hit while they
/// waited go to the main queue, the rest leave and only their keys are remembered (ghost); a newcomer whose
/// key is remembered goes to the main queue at once; the main queue gives a hit object another round. Sizes
/// count: the larger an object, the more hits it needs, because it takes the place of more others. A hit
/// costs one counter and no lock. Not thread-safe but for <see cref="S3FifoNode.Touch"/>.
/// </summary>
internal sealed class S3Fifo
{
    private const int SkipsMax = 64;
    private const int HitsFull = 3;
    private readonly long _smallTarget;
    private readonly int _promoteHits;
    private readonly GhostQueue _ghost;
    private readonly NodeQueue _small = new(S3FifoQueue.Small);
    private readonly NodeQueue _main = new(S3FifoQueue.Main);

    /// <param name="bytesMax">Bytes that the queues share.</param>
    /// <param name="smallShare">Share of the small queue.</param>
    /// <param name="promoteHits">Hits a small newcomer needs.</param>
    /// <param name="ghostKeysMax">Keys remembered after they left.</param>
    public S3Fifo(long bytesMax, double smallShare, int promoteHits, int ghostKeysMax)
    {
        _smallTarget = Math.Max(1, (long)(bytesMax * smallShare));
        _promoteHits = promoteHits;
        _ghost = new GhostQueue(ghostKeysMax, bytesMax - _smallTarget);
    }

    public long SmallBytes => _small.Bytes;

    public long MainBytes => _main.Bytes;

    public long Evictions { get; private set; }

    public long Promotions { get; private set; }

    public long GhostHits { get; private set; }

    /// <summary>Bytes of the ghost queue's table.</summary>
    public long GhostBytes => _ghost.Bytes;

    /// <summary>Hits that an object of this size needs to be kept.</summary>
    public int HitsNeeded(long chargeBytes) => chargeBytes switch
    {
        <= 64 << 10 => _promoteHits,
        <= 256 << 10 => Math.Min(_promoteHits + 1, 3),
        _ => Math.Min(_promoteHits + 2, 3),
    };

    /// <summary>
    /// True when the key left the small queue a short while ago: it is being asked for a second time.
    /// </summary>
    public bool Remembers(in CacheKey key) => _ghost.Contains(key);

    /// <summary>Adds a newcomer. True when it was remembered and went to the main queue at once.</summary>
    public bool Insert(S3FifoNode node)
    {
        node.SetHits(0);
        if (_ghost.Remove(node.Key))
        {
            GhostHits++;
            _main.Push(node);
            return true;
        }
        _small.Push(node);
        return false;
    }

    /// <summary>
    /// Puts a node in the place of one with the same key: it keeps the queue that the old one had earned.
    /// </summary>
    public void Replace(S3FifoNode old, S3FifoNode node)
    {
        var queue = old.Queue == S3FifoQueue.Main ? _main : _small;
        node.SetHits(old.Hits);
        Remove(old);
        queue.Push(node);
    }

    public void Remove(S3FifoNode node)
    {
        switch (node.Queue)
        {
            case S3FifoQueue.Small:
                _small.Remove(node);
                break;
            case S3FifoQueue.Main:
                _main.Remove(node);
                break;
            default:
                break;
        }
    }

    /// <summary>A node that is in a queue costs more (or less) than before.</summary>
    public void Recharge(S3FifoNode node, long bytes) =>
        (node.Queue == S3FifoQueue.Main ? _main : _small).Recharge(node, bytes);

    /// <summary>
    /// Takes out the object to go next. <paramref name="kept"/> hears of each object that earned its place in
    /// the main queue on the way. Null when there is none, or when all that were looked at are being read.
    /// </summary>
    public S3FifoNode? Evict(Action<S3FifoNode>? kept = null)
    {
        var skips = 0;
        while (skips < SkipsMax)
        {
            var fromSmall = _main.Oldest is null
                || (_small.Bytes > _smallTarget && _small.Oldest is not null);
            if ((fromSmall ? _small.Oldest : _main.Oldest) is not { } node)
            {
                return null;
            }
            var queue = fromSmall ? _small : _main;
            queue.Remove(node);
            if (fromSmall && node.Hits >= HitsNeeded(node.ChargeBytes))
            {
                Promotions++;
                // What was hit to the full is spared once: when a cold cache fills, everything comes here in one
                // sweep, the hottest first.
                node.SetHits(node.Hits >= HitsFull ? 1 : 0);
                _main.Push(node);
                kept?.Invoke(node);
            }
            else if (!fromSmall && node.Hits > 0)
            {
                node.SetHits(node.Hits - 1);
                _main.Push(node);
                kept?.Invoke(node);
            }
            else if (node.IsPinned)
            {
                queue.Push(node);
                skips++;
            }
            else
            {
                Evictions++;
                if (fromSmall)
                {
                    _ghost.Add(node.Key, node.ChargeBytes);
                }
                return node;
            }
        }
        return null;
    }
}

/// <summary>A queue of nodes by age, linked through the nodes.</summary>
internal sealed class NodeQueue(S3FifoQueue queue)
{
    private S3FifoNode? _newest;

    public S3FifoNode? Oldest { get; private set; }

    public long Bytes { get; private set; }

    public void Push(S3FifoNode node)
    {
        node.Queue = queue;
        node.Older = _newest;
        node.Newer = null;
        if (_newest is null)
        {
            Oldest = node;
        }
        else
        {
            _newest.Newer = node;
        }
        _newest = node;
        Bytes += node.ChargeBytes;
    }

    public void Recharge(S3FifoNode node, long bytes)
    {
        node.ChargeBytes += bytes;
        Bytes += bytes;
    }

    public void Remove(S3FifoNode node)
    {
        if (node.Newer is null)
        {
            _newest = node.Older;
        }
        else
        {
            node.Newer.Older = node.Older;
        }
        if (node.Older is null)
        {
            Oldest = node.Newer;
        }
        else
        {
            node.Older.Newer = node.Newer;
        }
        node.Newer = node.Older = null;
        node.Queue = S3FifoQueue.None;
        Bytes -= node.ChargeBytes;
    }
}
