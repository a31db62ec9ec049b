using Flickr.Edge.Cache;

namespace Flickr.Load.Policies;

/// <summary>Made-up request traces of a photo CDN; seeded, so every run sees the same.</summary>
internal static class CacheTraces
{
    private const long EqualBytes = 20_000;

    /// <summary>Requests for keys of a Zipf distribution.</summary>
    public static IEnumerable<(CacheKey Key, long Bytes)> Zipf(double alpha, int keys, int requests, int seed,
        bool sized)
    {
        var zipf = new ZipfDraw(alpha, keys, seed);
        for (var i = 0; i < requests; i++)
        {
            var number = (ulong)zipf.Next();
            yield return (Key(number), Bytes(number, sized));
        }
    }

    /// <summary>The same, and every 20,000 requests somebody reads 10,000 objects once, in order.</summary>
    public static IEnumerable<(CacheKey Key, long Bytes)> ZipfWithScans(double alpha, int keys, int requests,
        int seed, bool sized)
    {
        ulong scanned = 1UL << 40;
        var count = 0;
        foreach (var request in Zipf(alpha, keys, requests, seed, sized))
        {
            yield return request;
            if (++count % 20_000 == 0)
            {
                for (var i = 0; i < 10_000; i++, scanned++)
                {
                    yield return (Key(scanned), Bytes(scanned, sized));
                }
            }
        }
    }

    /// <summary>
    /// People open an album (Zipf), look at all of its thumbnails in order, then at some of the larger
    /// pictures. Albums are born all the time, and new ones are opened more.
    /// </summary>
    public static IEnumerable<(CacheKey Key, long Bytes)> AlbumWalk(int requests, int seed, bool sized)
    {
        var random = new Random(seed);
        var zipf = new ZipfDraw(0.9, 20_000, seed + 1);
        ulong born = 0;
        for (var i = 0; i < requests;)
        {
            born += random.Next(4) == 0 ? 1UL : 0;
            // The rank is the age of the album: the newest are the most asked for.
            var album = (born + 20_000 - (ulong)zipf.Next()) << 12;
            var photos = 8 + (int)((album * 2654435761 >> 20) % 48);
            for (var photo = 0; photo < photos; photo++, i++)
            {
                yield return (Key(album + (ulong)photo), sized
                    ? 8_000 + (long)((album + (ulong)photo) * 40503 % 24_000) : EqualBytes);
            }
            for (var looks = random.Next(4); looks > 0; looks--, i++)
            {
                var photo = 2048 + (ulong)random.Next(photos);
                yield return (Key(album + photo), sized ? 120_000 + (long)((album + photo) * 40503 % 200_000)
                    : EqualBytes);
            }
        }
    }

    private static CacheKey Key(ulong number) => new(Mix(number), Mix(number ^ 0xABCDEF));

    // Mostly thumbnails, some renditions, few originals; a key has always the same size.
    private static long Bytes(ulong number, bool sized)
    {
        if (!sized)
        {
            return EqualBytes;
        }
        var draw = Mix(number + 99);
        return (draw % 100) switch
        {
            < 80 => 6_000 + (long)(draw >> 32) % 30_000,
            < 98 => 80_000 + (long)(draw >> 32) % 250_000,
            _ => 1_000_000 + (long)(draw >> 32) % 900_000,
        };
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>Draws ranks by inversion over the summed weights.</summary>
    private sealed class ZipfDraw
    {
        private readonly double[] _sums;
        private readonly Random _random;

        public ZipfDraw(double alpha, int keys, int seed)
        {
            _random = new Random(seed);
            _sums = new double[keys];
            var sum = 0.0;
            for (var i = 0; i < keys; i++)
            {
                _sums[i] = sum += 1 / Math.Pow(i + 1, alpha);
            }
        }

        public int Next()
        {
            var found = Array.BinarySearch(_sums, _random.NextDouble() * _sums[^1]);
            return found >= 0 ? found : ~found;
        }
    }
}
