using System.Buffers.Binary;
using Flickr.Edge.Freshness;

namespace Flickr.Edge.Headers;

/// <summary>
/// What is kept of a stored answer beside its body. Immutable. <see cref="Headers"/> are already fit to be
/// stored (see <see cref="Storability.HeadToStore"/>): no hop-by-hop fields, no fields named by
/// <c>no-cache="…"</c> or <c>private="…"</c>.
/// </summary>
/// <param name="Status">Status code of the stored answer.</param>
/// <param name="Headers">Its fields.</param>
/// <param name="RequestTime">When the request that produced it was sent (RFC 9111 section 4.2.3).</param>
/// <param name="ResponseTime">When its head was received, or when it was last revalidated.</param>
/// <param name="Lifetimes">How long it may be used, worked out once when it was stored or
/// revalidated.</param>
/// <remarks>
/// Layout written by <see cref="WriteTo"/>, all numbers little-endian:
/// <code>
/// offset bytes  what
/// 0      1      layout version, 1
/// 1      2      status
/// 3      8      request time, Unix milliseconds
/// 11     8      response time, Unix milliseconds
/// 19     34     lifetimes (<see cref="Lifetimes.ByteCount"/>)
/// 53     …      header block (<see cref="HeaderBlock"/>)
/// </code>
/// </remarks>
internal sealed record StoredHead(int Status, HeaderBlock Headers, DateTimeOffset RequestTime,
    DateTimeOffset ResponseTime,
    Lifetimes Lifetimes)
{
    private const byte LayoutVersion = 1;
    private const int FixedByteCount = 19 + Lifetimes.ByteCount;

    /// <summary>Bytes that <see cref="WriteTo"/> writes.</summary>
    public int ByteCount => FixedByteCount + Headers.ByteCount;

    /// <summary>
    /// Writes the layout above; <paramref name="destination"/> holds at least <see cref="ByteCount"/> bytes.
    /// </summary>
    public int WriteTo(Span<byte> destination)
    {
        destination[0] = LayoutVersion;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)Status);
        BinaryPrimitives.WriteInt64LittleEndian(destination[3..], RequestTime.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(destination[11..], ResponseTime.ToUnixTimeMilliseconds());
        Lifetimes.WriteTo(destination[19..]);
        return FixedByteCount + Headers.WriteTo(destination[FixedByteCount..]);
    }

    /// <summary>
    /// Reads what <see cref="WriteTo"/> wrote; null when the bytes are not such a head, whole.
    /// </summary>
    public static StoredHead? ReadFrom(ReadOnlySpan<byte> source, out int bytesRead)
    {
        bytesRead = 0;
        if (source.Length < FixedByteCount || source[0] != LayoutVersion)
        {
            return null;
        }
        var requestMs = BinaryPrimitives.ReadInt64LittleEndian(source[3..]);
        var responseMs = BinaryPrimitives.ReadInt64LittleEndian(source[11..]);
        if (!IsTime(requestMs) || !IsTime(responseMs) || Lifetimes.ReadFrom(source[19..]) is not { } lifetimes
            || HeaderBlock.ReadFrom(source[FixedByteCount..], out var headerBytes) is not { } headers)
        {
            return null;
        }
        bytesRead = FixedByteCount + headerBytes;
        return new StoredHead(BinaryPrimitives.ReadUInt16LittleEndian(source[1..]), headers,
            DateTimeOffset.FromUnixTimeMilliseconds(requestMs),
            DateTimeOffset.FromUnixTimeMilliseconds(responseMs), lifetimes);
    }

    private static bool IsTime(long unixMs) => unixMs is >= 0 and < 253_402_300_800_000;
}
