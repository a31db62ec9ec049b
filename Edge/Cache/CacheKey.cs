using System.Buffers.Binary;
using System.Globalization;

namespace Flickr.Edge.Cache;

/// <summary>
/// Names one cached variant: 128 bits of a hash over host, canonical path and variant, never over a token.
/// The tiers compare only these bits, so the hash must be one that nobody can collide on purpose, or the
/// caller compares the full name that it keeps in the head block.
/// </summary>
internal readonly record struct CacheKey(ulong High, ulong Low)
{
    /// <summary>Bytes of the binary form.</summary>
    public const int Size = 16;

    /// <summary>Reads the binary form (two little-endian words, high first).</summary>
    public static CacheKey Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(source),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));

    /// <summary>Writes the 16 bytes that <see cref="Read"/> reads.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, High);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Low);
    }

    // The bits are a hash already: folding them is enough, and cheaper than the combiner a record makes.
    public override int GetHashCode() => (int)Low ^ (int)(Low >> 32);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
