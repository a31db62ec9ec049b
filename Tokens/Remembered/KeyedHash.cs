using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Flickr.Tokens.Remembered;

/// <summary>
/// SipHash-2-4 with 128 bits (Aumasson and Bernstein) under a random key of this process: who does not know
/// the key cannot
/// make two tokens meet, nor learn from timing where a token is kept.
/// </summary>
internal sealed class KeyedHash
{
    private readonly ulong _k0;
    private readonly ulong _k1;

    public KeyedHash()
        : this(RandomNumberGenerator.GetBytes(16))
    {
    }

    /// <summary>With a given key of 16 bytes, for the published vectors.</summary>
    public KeyedHash(ReadOnlySpan<byte> key)
    {
        _k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
    }

    /// <summary>The hash of the bytes.</summary>
    public UInt128 Of(ReadOnlySpan<byte> data)
    {
        ulong v0 = _k0 ^ 0x736f6d6570736575, v1 = _k1 ^ 0x646f72616e646f6d ^ 0xee;
        ulong v2 = _k0 ^ 0x6c7967656e657261, v3 = _k1 ^ 0x7465646279746573;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(data[..(data.Length & ~7)]))
            Absorb(BitConverter.IsLittleEndian ? word
                : BinaryPrimitives.ReverseEndianness(word), ref v0, ref v1, ref v2, ref v3);
        var last = (ulong)data.Length << 56;
        var rest = data[(data.Length & ~7)..];
        for (var i = 0; i < rest.Length; i++) last |= (ulong)rest[i] << (8 * i);
        Absorb(last, ref v0, ref v1, ref v2, ref v3);

        v2 ^= 0xee;
        for (var i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        var low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        for (var i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return new UInt128(v0 ^ v1 ^ v2 ^ v3, low);
    }

    private static void Absorb(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
