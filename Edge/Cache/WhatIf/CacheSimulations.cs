using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Cache.WhatIf;

/// <summary>A cache without bodies: answers whether a request would have been a hit. One thread.</summary>
internal interface ICacheSimulation
{
    /// <summary>Name of the policy.</summary>
    string Policy { get; }

    /// <summary>Bytes it may hold.</summary>
    long BytesMax { get; }

    /// <summary>A request for an object of so many bytes; true for a hit.</summary>
    bool Ask(in CacheKey key, long bytes);
}

/// <summary>Least recently used goes first.</summary>
internal sealed class LruSimulation(long bytesMax) : ICacheSimulation
{
    private readonly Dictionary<CacheKey, S3FifoNode> _map = [];
    private readonly NodeQueue _order = new(S3FifoQueue.Main);

    public string Policy => "LRU";

    public long BytesMax => bytesMax;

    public bool Ask(in CacheKey key, long bytes)
    {
        if (_map.TryGetValue(key, out var node))
        {
            _order.Remove(node);
            _order.Push(node);
            return true;
        }
        if (bytes > bytesMax)
        {
            return false;
        }
        while (_order.Bytes + bytes > bytesMax)
        {
            var victim = _order.Oldest!;
            _order.Remove(victim);
            _map.Remove(victim.Key);
        }
        node = new S3FifoNode(key) { ChargeBytes = bytes };
        _map.Add(key, node);
        _order.Push(node);
        return false;
    }
}

/// <summary>The order of the RAM tier itself, <see cref="S3Fifo"/>.</summary>
internal sealed class S3FifoSimulation : ICacheSimulation
{
    private readonly Dictionary<CacheKey, S3FifoNode> _map = [];
    private readonly S3Fifo _queues;
    private readonly long _objectBytesMax;

    /// <param name="bytesMax">Bytes it may hold.</param>
    /// <param name="smallShare">Share of the small queue.</param>
    /// <param name="promoteHits">Hits a newcomer needs.</param>
    /// <param name="objectBytesMax">Largest object kept.</param>
    public S3FifoSimulation(long bytesMax, double smallShare, int promoteHits, long objectBytesMax)
    {
        BytesMax = bytesMax;
        _objectBytesMax = objectBytesMax;
        _queues =
            new S3Fifo(bytesMax, smallShare, promoteHits, (int)Math.Clamp(bytesMax >> 12, 1 << 10, 1 << 22));
    }

    public string Policy => "S3-FIFO";

    public long BytesMax { get; }

    public bool Ask(in CacheKey key, long bytes)
    {
        if (_map.TryGetValue(key, out var node))
        {
            node.Touch();
            return true;
        }
        if (bytes > _objectBytesMax || bytes > BytesMax)
        {
            return false;
        }
        while (_queues.SmallBytes + _queues.MainBytes + bytes > BytesMax)
        {
            _map.Remove(_queues.Evict()!.Key);
        }
        node = new S3FifoNode(key) { ChargeBytes = bytes };
        _map.Add(key, node);
        _queues.Insert(node);
        return false;
    }
}
