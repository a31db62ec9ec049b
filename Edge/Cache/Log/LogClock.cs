using System.Numerics;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// How often objects of the log were read lately, 0 to 3, one byte for every slot that keys share. Lost
/// updates and shared slots only make the choice of what to carry over a little worse.
/// </summary>
internal sealed class LogClock(long bytesMax)
{
    private readonly byte[] _hits =
        new byte[BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(bytesMax / (8 << 10), 1 << 16, 1 << 26))];

    public void Touch(in CacheKey key)
    {
        ref var hits = ref Slot(key);
        if (hits < 3)
        {
            hits++;
        }
    }

    public bool IsUsed(in CacheKey key) => Slot(key) > 0;

    /// <summary>One round has passed for the key.</summary>
    public void Age(in CacheKey key)
    {
        ref var hits = ref Slot(key);
        if (hits > 0)
        {
            hits--;
        }
    }

    private ref byte Slot(in CacheKey key) => ref _hits[(int)(key.Low & (ulong)(_hits.Length - 1))];
}
