using System.Numerics;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Cache.WhatIf;

/// <summary>
/// Says what hit ratio the RAM tier would have with other sizes and another policy, from live traffic: keys
/// are sampled by their hash (SHARDS, Waldspurger et al., FAST 2015), and each sampled request is replayed in
/// miniature caches scaled down by the same rate (ATC 2017). A request that is not sampled costs one
/// comparison, a sampled one a write into a ring; the replay runs on a timer.
/// </summary>
internal sealed class WhatIfSimulator : IDisposable
{
    private const int MeanObjectBytes = 16 << 10;
    private const int HalveEvery = 1 << 17;
    private static readonly double[] Factors = [0.25, 0.5, 1, 2, 4];

    private readonly Lock _gate = new(); // caches and tallies
    private readonly Lock _ringGate = new();
    private readonly (CacheKey Key, long Bytes)[] _ring;
    private readonly List<(ICacheSimulation Cache, long BytesMax, bool IsNow)> _caches = [];
    private readonly Tally[] _tallies;
    private readonly ulong _mask;
    private readonly ITimer? _timer;
    private int _filled;
    private long _requests;
    private long _dropped;
    private int _sinceHalved;

    public WhatIfSimulator(EdgeWhatIfOptions options, EdgeMemoryOptions memory, TimeProvider time)
    {
        var needed = memory.BytesMax * Factors[^1] / MeanObjectBytes / options.ObjectsMax;
        SampleOneIn =
            (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(needed, options.SampleOneIn, 1 << 20));
        _mask = (ulong)SampleOneIn - 1;
        _ring = new (CacheKey, long)[options.QueueMax];
        foreach (var factor in Factors)
        {
            var bytesMax = (long)(memory.BytesMax * factor);
            var small = Math.Max(bytesMax / SampleOneIn, MeanObjectBytes);
            _caches.Add((
                new S3FifoSimulation(small, memory.SmallQueueShare, memory.PromoteHits,
                    memory.ObjectBytesMax), bytesMax,
                factor == 1));
            _caches.Add((new LruSimulation(small), bytesMax, false));
        }
        _tallies = new Tally[_caches.Count];
        if (options.Enabled)
        {
            _timer = time.CreateTimer(static simulator => ((WhatIfSimulator)simulator!).Replay(), this,
                options.Every, options.Every);
        }
    }

    /// <summary>One key in so many is followed.</summary>
    public int SampleOneIn { get; }

    /// <summary>A cacheable object was asked for. On the hit path: allocates nothing.</summary>
    public void Record(in CacheKey key, long bytes)
    {
        // Bits of the key that no map or ghost queue uses, or the sample would be of a few buckets only.
        if (((key.High ^ (key.Low >> 17)) & _mask) == 0 && _timer is not null)
        {
            Enqueue(key, bytes);
        }
    }

    /// <summary>Replays what has been recorded; the timer does, and tests.</summary>
    public void Replay()
    {
        lock (_gate)
        {
            (CacheKey Key, long Bytes)[] batch;
            lock (_ringGate)
            {
                batch = _ring.AsSpan(0, _filled).ToArray();
                _filled = 0;
            }
            foreach (var (key, bytes) in batch)
            {
                Ask(key, bytes);
            }
        }
    }

    public WhatIfReport Report()
    {
        lock (_gate)
        {
            var rows = new List<WhatIfRow>();
            for (var i = 0; i < _caches.Count; i++)
            {
                var (cache, bytesMax, isNow) = _caches[i];
                ref var tally = ref _tallies[i];
                rows.Add(new WhatIfRow(
                    cache.Policy, bytesMax, isNow, Ratio(tally.Hits, tally.Requests),
                        Ratio(tally.HitBytes, tally.Bytes)));
            }
            return new WhatIfReport(SampleOneIn, _requests, Interlocked.Read(ref _dropped), rows);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;

    private void Enqueue(in CacheKey key, long bytes)
    {
        lock (_ringGate)
        {
            if (_filled < _ring.Length)
            {
                _ring[_filled++] = (key, bytes);
                return;
            }
        }
        Interlocked.Increment(ref _dropped);
    }

    private void Ask(in CacheKey key, long bytes)
    {
        _requests++;
        if (++_sinceHalved == HalveEvery)
        {
            // What was long ago counts less: the day's second half shall not be answered with its first.
            _sinceHalved = 0;
            for (var i = 0; i < _tallies.Length; i++)
            {
                _tallies[i].Halve();
            }
        }
        for (var i = 0; i < _caches.Count; i++)
        {
            _tallies[i].Add(_caches[i].Cache.Ask(key, bytes), bytes);
        }
    }

    private struct Tally
    {
        public double Requests;
        public double Hits;
        public double Bytes;
        public double HitBytes;

        public void Add(bool hit, long bytes)
        {
            Requests++;
            Bytes += bytes;
            if (hit)
            {
                Hits++;
                HitBytes += bytes;
            }
        }

        public void Halve()
        {
            Requests /= 2;
            Hits /= 2;
            Bytes /= 2;
            HitBytes /= 2;
        }
    }
}
