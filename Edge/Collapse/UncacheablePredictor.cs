using Flickr.Edge.Cache;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Collapse;

/// <summary>
/// Remembers keys whose answer could not be stored, so that the next callers go to the upstream side by side
/// instead of queueing for an answer that will not be shared. Lock-free; a fixed 512 KiB; collisions forget.
/// </summary>
internal sealed class UncacheablePredictor(IOptions<CollapseOptions> options, TimeProvider time)
{
    // One slot = 32 bits of the key and the second (since start) at which the memory ends, in one word: never
    // torn.
    private readonly long[] _slots = new long[1 << 16];
    private readonly long _started = time.GetTimestamp();

    /// <summary>Whether the key is to be asked alone.</summary>
    public bool IsUncacheable(in CacheKey key)
    {
        var slot = Volatile.Read(ref _slots[key.Low & 0xFFFF]);
        return slot != 0 && (uint)(slot >> 32) == (uint)key.High && (uint)slot > NowSeconds();
    }

    /// <summary>The answer could not be stored.</summary>
    public void Remember(in CacheKey key)
    {
        var until = NowSeconds() + (uint)options.Value.UncacheableMemory.TotalSeconds;
        Volatile.Write(ref _slots[key.Low & 0xFFFF], ((long)(uint)key.High << 32) | until);
    }

    /// <summary>An answer could be stored after all.</summary>
    public void Forget(in CacheKey key)
    {
        if ((uint)(Volatile.Read(ref _slots[key.Low & 0xFFFF]) >> 32) == (uint)key.High)
        {
            Volatile.Write(ref _slots[key.Low & 0xFFFF], 0);
        }
    }

    private uint NowSeconds() => (uint)time.GetElapsedTime(_started).TotalSeconds;
}
