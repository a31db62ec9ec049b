using System.Numerics;

namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// Remembers the keys that lately left the small queue, without their objects: 8 bytes a key in a fixed table
/// of eight-way buckets. A key is known as long as no more than <c>spanBytes</c> of other objects have left
/// after it, which is how long it would have lived in the main queue. Not thread-safe: guarded by the tier's
/// lock.
/// </summary>
internal sealed class GhostQueue
{
    private const int Ways = 8;
    private readonly ulong[] _table; // fingerprint in the upper half, stamp in the lower; zero is empty
    private readonly int _bucketMask;
    private readonly long _spanBytes;
    private long _leftBytes = UnitBytes;

    // The clock ticks in units, so that 32 bits last for 4 TiB; a key seen again after exactly that much may
    // be taken for known.
    private const int UnitBytes = 1 << 10;

    /// <param name="keysMax">Keys remembered, rounded up to a power of two.</param>
    /// <param name="spanBytes">Bytes that may leave before a key is forgotten.</param>
    public GhostQueue(int keysMax, long spanBytes)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(keysMax, Ways));
        _table = new ulong[size];
        _bucketMask = size / Ways - 1;
        _spanBytes = spanBytes;
    }

    /// <summary>Bytes of the table.</summary>
    public long Bytes => _table.LongLength * sizeof(ulong);

    private uint Now => (uint)(_leftBytes / UnitBytes);

    /// <summary>Remembers a key whose object of <paramref name="chargeBytes"/> leaves now.</summary>
    public void Add(in CacheKey key, long chargeBytes)
    {
        _leftBytes += chargeBytes;
        var bucket = Bucket(key);
        var victim = 0;
        var oldest = -1L;
        for (var way = 0; way < Ways; way++)
        {
            var age = bucket[way] == 0 ? long.MaxValue : Now - (uint)bucket[way];
            if (age > oldest)
            {
                oldest = age;
                victim = way;
            }
        }
        bucket[victim] = ((ulong)Fingerprint(key) << 32) | Now;
    }

    /// <summary>Is the key known?</summary>
    public bool Contains(in CacheKey key) => Find(key) is not null;

    /// <summary>Forgets the key; true when it was known.</summary>
    public bool Remove(in CacheKey key)
    {
        if (Find(key) is not { } way)
        {
            return false;
        }
        Bucket(key)[way] = 0;
        return true;
    }

    private int? Find(in CacheKey key)
    {
        var bucket = Bucket(key);
        var fingerprint = Fingerprint(key);
        for (var way = 0; way < Ways; way++)
        {
            if (bucket[way] != 0 && (uint)(bucket[way] >> 32) == fingerprint
                && (long)(Now - (uint)bucket[way]) * UnitBytes <= _spanBytes)
            {
                return way;
            }
        }
        return null;
    }

    private Span<ulong> Bucket(in CacheKey key) =>
        _table.AsSpan(((int)(key.High >> 33) & _bucketMask) * Ways, Ways);

    private static uint Fingerprint(in CacheKey key) => (uint)(key.Low >> 32) | 1;
}
