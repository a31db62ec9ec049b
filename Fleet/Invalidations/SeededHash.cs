using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Flickr.Fleet.Invalidations;

/// <summary>
/// 64-bit hashes of names under a seed of this node, so that nobody outside can look for names that collide.
/// Never 0,
/// which marks an empty slot.
/// </summary>
internal readonly struct SeededHash(ulong seed)
{
    /// <summary>The hash of any host.</summary>
    public ulong AnyHost { get; } = Hash(InvalidationTarget.AnyHost, seed);

    /// <summary>The seed, kept in the journal beside the hashes.</summary>
    public ulong Seed => seed;

    /// <summary>Hash of a name.</summary>
    public ulong Of(ReadOnlySpan<char> name) => Hash(name, seed);

    /// <summary>Hash of a pair of hashed names, in order.</summary>
    public static ulong Pair(ulong first, ulong second)
    {
        var mixed = (first * 0x9E3779B97F4A7C15) ^ second;
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
        mixed ^= mixed >> 32;
        return mixed == 0 ? 1 : mixed;
    }

    private static ulong Hash(ReadOnlySpan<char> name, ulong seed)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(name), (long)seed);
        return hash == 0 ? 1 : hash;
    }
}
