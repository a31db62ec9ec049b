using System.IO.Hashing;
using System.Numerics;
using System.Security.Cryptography;
using Flickr.Edge.Sites;

namespace Flickr.Edge.Lane;

/// <summary>
/// Remembers what addresses were read as: a table of two places an address, the newcomer takes the place of
/// an older one. Compared byte by byte, and hashed with a secret seed, so that nobody can choose what is
/// pushed out. Thread-safe without a lock: an entry is one reference.
/// </summary>
internal sealed class LaneAddresses(int addressesMax)
{
    /// <summary>Longer ones are read anew each time: the table's bytes have a limit.</summary>
    internal const int BytesMax = 1024;

    private readonly Entry?[] _entries = new Entry?[(int)BitOperations.RoundUpToPowerOf2((uint)addressesMax)];
    private readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>The address, remembered or read now; null when it is nothing for the lane.</summary>
    public LaneAddress? Find(SiteTable sites, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target)
    {
        if (host.Length + target.Length > BytesMax)
        {
            return LaneAddress.Read(sites, host, target);
        }
        var hash = XxHash3.HashToUInt64(target, _seed) ^ XxHash3.HashToUInt64(host, ~_seed);
        ref var first = ref _entries[hash & (uint)(_entries.Length - 1)];
        ref var second = ref _entries[(hash >> 32) & (uint)(_entries.Length - 1)];
        if (Volatile.Read(ref first) is { } one && one.Is(sites, host, target))
        {
            return one.Address;
        }
        if (Volatile.Read(ref second) is { } other && other.Is(sites, host, target))
        {
            return other.Address;
        }
        if (LaneAddress.Read(sites, host, target) is not { } address)
        {
            return null;
        }
        var entry = new Entry([.. host, .. target], host.Length, address);
        ref var place = ref first;
        if (first is not null && (second is null || (hash >> 63) != 0))
        {
            place = ref second;
        }
        Volatile.Write(ref place, entry);
        return address;
    }

    private sealed class Entry(byte[] bytes, int hostLength, LaneAddress address)
    {
        public LaneAddress Address => address;

        public bool Is(SiteTable sites, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target) =>
            ReferenceEquals(address.Sites, sites) && host.Length == hostLength
            && bytes.AsSpan(hostLength).SequenceEqual(target)
            && bytes.AsSpan(0, hostLength).SequenceEqual(host);
    }
}
