using System.Buffers.Binary;
using System.IO.Hashing;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>
/// 4,096 buckets by the first 12 bits of the key, each with an additive 128-bit hash of the facts in it. Two nodes with the
/// same facts have the same sums, whatever the order in which they learnt them. Thread-safe.
/// </summary>
internal sealed class BucketSums
{
    public const int Count = 4_096;
    private readonly UInt128[] _sums = new UInt128[Count];
    private readonly Lock _gate = new();

    public static int BucketOf(Digest key) => (int)(key.A >> 52);

    public void Add(Digest key, in FactBits bits)
    {
        var fact = FactOf(key, bits);
        lock (_gate)
        {
            _sums[BucketOf(key)] += fact;
        }
    }

    public void Remove(Digest key, in FactBits bits)
    {
        var fact = FactOf(key, bits);
        lock (_gate)
        {
            _sums[BucketOf(key)] -= fact;
        }
    }

    /// <summary>All sums, 16 bytes each.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Count * 16];
        lock (_gate)
        {
            for (var i = 0; i < Count; i++)
            {
                BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(i * 16), _sums[i]);
            }
        }
        return bytes;
    }

    public static UInt128 FactOf(Digest key, in FactBits bits)
    {
        Span<byte> input = stackalloc byte[Digest.Size + 17];
        key.Write(input);
        BinaryPrimitives.WriteInt64LittleEndian(input[Digest.Size..], bits.Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(input[(Digest.Size + 8)..], bits.Checksum);
        input[^1] = bits.State;
        return XxHash128.HashToUInt128(input);
    }
}
