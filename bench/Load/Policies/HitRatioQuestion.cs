using System.Globalization;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.WhatIf;

namespace Flickr.Load.Policies;

/// <summary>
/// Hit ratio of the RAM tier's policy beside references, at equal bytes on made-up traces.
/// <c>dotnet run -c Release --project bench/Load -- hitratio</c>. W-TinyLFU stands there twice: counted by bytes as
/// ours is (our reading of the paper), and BitFaster.Caching's <c>ConcurrentLfu</c>, which counts objects: beside the
/// others it is comparable on the traces of equal sizes only, and is left out of the others.
/// </summary>
internal static class HitRatioQuestion
{
    private const int Requests = 1_000_000;
    private const int Keys = 200_000;

    public static void Run(TextWriter output)
    {
        var traces = new (string Name, Func<bool, IEnumerable<(CacheKey Key, long Bytes)>> Make)[]
        {
            ("Zipf 0.8", sized => CacheTraces.Zipf(0.8, Keys, Requests, 1, sized)),
            ("Zipf 0.9", sized => CacheTraces.Zipf(0.9, Keys, Requests, 2, sized)),
            ("Zipf 1.0", sized => CacheTraces.Zipf(1.0, Keys, Requests, 3, sized)),
            ("Zipf 1.1", sized => CacheTraces.Zipf(1.1, Keys, Requests, 4, sized)),
            ("Zipf 0.9 with scans", sized => CacheTraces.ZipfWithScans(0.9, Keys, Requests, 5, sized)),
            ("album walk", sized => CacheTraces.AlbumWalk(Requests, 6, sized)),
        };
        foreach (var sized in new[] { false, true })
        {
            output.WriteLine(sized ? "\nphoto sizes (object hit ratio, %)" : "equal sizes (hit ratio, %)");
            output.WriteLine("| trace | cache | ours | LRU | SIEVE | S3-FIFO ref, 1 hit | S3-FIFO ref, 2 hits | W-TinyLFU | BitFaster LFU | ours - LRU | ours - best |");
            output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (var (name, make) in traces)
            {
                var trace = make(sized).ToArray();
                var distinct = trace.DistinctBy(request => request.Key).ToArray();
                var footprint = distinct.Sum(request => request.Bytes);
                foreach (var share in new[] { 0.01, 0.05, 0.1 })
                {
                    Row(output, name, trace, share, (long)(footprint * share),
                        (int)(distinct.Length * share), sized);
                }
            }
        }
    }

    private static void Row(
        TextWriter output, string name, (CacheKey Key, long Bytes)[] trace, double share, long bytesMax,
            int objects, bool sized)
    {
        ICacheSimulation[] caches =
        [
            new S3FifoSimulation(bytesMax, 0.1, 1, bytesMax / 20),
            new LruSimulation(bytesMax),
            new SieveReference(bytesMax),
            new S3FifoReference(bytesMax, 1),
            new S3FifoReference(bytesMax, 2),
            new TinyLfuReference(bytesMax, Math.Max(objects, 100)),
        ];
        var ratios = caches.AsParallel().AsOrdered().Select(cache => HitRatio(cache, trace)).ToArray();
        var bitFaster = sized ? double.NaN : HitRatio(new BitFasterReference(objects, bytesMax), trace);
        var cells = string.Join(" | ", ratios.Append(bitFaster).Select(ratio =>
            double.IsNaN(ratio) ? "–" : ratio.ToString("F1", CultureInfo.InvariantCulture)));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {share:P0} | {cells} | {ratios[0] - ratios[1]:+0.0;-0.0} | {ratios[0] - ratios[1..].Max():+0.0;-0.0} |"));
    }

    private static double HitRatio(ICacheSimulation cache, (CacheKey Key, long Bytes)[] trace)
    {
        var hits = 0;
        // The first third fills the cache.
        for (var i = 0; i < trace.Length; i++)
        {
            var hit = cache.Ask(trace[i].Key, trace[i].Bytes);
            hits += hit && i >= trace.Length / 3 ? 1 : 0;
        }
        return 100.0 * hits / (trace.Length - (trace.Length / 3));
    }
}
