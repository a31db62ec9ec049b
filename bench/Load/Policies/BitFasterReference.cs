using BitFaster.Caching.Lfu;
using BitFaster.Caching.Scheduler;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.WhatIf;

namespace Flickr.Load.Policies;

/// <summary>W-TinyLFU as BitFaster.Caching has it. It counts objects, not bytes.</summary>
internal sealed class BitFasterReference(int objects, long bytesMax) : ICacheSimulation
{
    private readonly ConcurrentLfu<CacheKey, bool> _cache =
        new(1, Math.Max(objects, 100), new ForegroundScheduler(), EqualityComparer<CacheKey>.Default);

    public string Policy => "BitFaster LFU";

    public long BytesMax => bytesMax;

    public bool Ask(in CacheKey key, long bytes)
    {
        if (_cache.TryGet(key, out _))
        {
            return true;
        }
        _cache.AddOrUpdate(key, true);
        return false;
    }
}
