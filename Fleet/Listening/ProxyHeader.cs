using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Flickr.Listening;

/// <summary>What the first bytes of a connection are.</summary>
internal enum ProxyHeaderState
{
    /// <summary>A header may yet come: read more.</summary>
    Unfinished,

    /// <summary>A whole header.</summary>
    Whole,

    /// <summary>No header can begin like this.</summary>
    Bad,
}

/// <summary>
/// The PROXY protocol's header, version 1 (a line) and 2 (binary), as haproxy's proxy-protocol.txt defines them. Pure.
/// </summary>
/// <remarks>
/// Version 2: 12 bytes of signature; 1 byte version (high 4 bits, 2) and command (0 LOCAL, 1 PROXY); 1 byte family
/// (high 4 bits: 1 IPv4, 2 IPv6) and protocol (1 stream); 2 bytes length of the rest, big-endian; source address,
/// destination address, source port, destination port; then TLVs, which are skipped.
/// </remarks>
internal static class ProxyHeader
{
    private const int LineBytesMax = 107;
    private const int RestBytesMax = 2048;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header from the start of what has come so far.</summary>
    /// <param name="start">The bytes so far.</param>
    /// <param name="consumed">Bytes of the header when whole.</param>
    /// <param name="source">The client; null when the proxy speaks for itself or does not know.</param>
    public static ProxyHeaderState Read(ReadOnlySequence<byte> start, out int consumed, out IPEndPoint? source)
    {
        (consumed, source) = (0, null);
        Span<byte> buffer = stackalloc byte[16 + RestBytesMax];
        var length = (int)Math.Min(start.Length, buffer.Length);
        start.Slice(0, length).CopyTo(buffer);
        var bytes = (ReadOnlySpan<byte>)buffer[..length];
        if (bytes.Length == 0)
        {
            return ProxyHeaderState.Unfinished;
        }
        return bytes[0] == (byte)'P' ? ReadLine(bytes, out consumed, out source)
            : ReadBinary(bytes, out consumed, out source);
    }

    private static ProxyHeaderState ReadLine(ReadOnlySpan<byte> bytes, out int consumed, out IPEndPoint? source)
    {
        (consumed, source) = (0, null);
        var end = bytes[..Math.Min(bytes.Length, LineBytesMax)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < LineBytesMax && StartsLike(bytes, "PROXY "u8)
                ? ProxyHeaderState.Unfinished : ProxyHeaderState.Bad;
        }
        consumed = end + 2;
        var parts = Encoding.ASCII.GetString(bytes[..end]).Split(' ');
        if (parts is ["PROXY", "UNKNOWN", ..])
        {
            return ProxyHeaderState.Whole;
        }
        if (parts is not ["PROXY", "TCP4" or "TCP6", _, _, _, _] || !IPAddress.TryParse(parts[2], out var address)
            || !IPAddress.TryParse(parts[3], out var destination)
            || address.AddressFamily != destination.AddressFamily
            || address.GetAddressBytes().Length != (parts[1] == "TCP4" ? 4 : 16)
            || !TryPort(parts[4], out var port) || !TryPort(parts[5], out _))
        {
            return ProxyHeaderState.Bad;
        }
        source = new IPEndPoint(address, port);
        return ProxyHeaderState.Whole;
    }

    private static ProxyHeaderState ReadBinary(ReadOnlySpan<byte> bytes, out int consumed, out IPEndPoint? source)
    {
        (consumed, source) = (0, null);
        if (!StartsLike(bytes, Signature))
        {
            return ProxyHeaderState.Bad;
        }
        if (bytes.Length < 16)
        {
            return ProxyHeaderState.Unfinished;
        }
        var rest = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (bytes[12] >> 4 != 2 || (bytes[12] & 15) > 1 || rest > RestBytesMax)
        {
            return ProxyHeaderState.Bad;
        }
        if (bytes.Length < 16 + rest)
        {
            return ProxyHeaderState.Unfinished;
        }
        consumed = 16 + rest;
        var addressBytes = bytes[13] switch { 0x11 => 4, 0x21 => 16, _ => 0 };
        if ((bytes[12] & 15) == 0 || addressBytes == 0)
        {
            return ProxyHeaderState.Whole; // LOCAL, or a family that no TCP client has: the proxy itself
        }
        if (rest < addressBytes * 2 + 4)
        {
            return ProxyHeaderState.Bad;
        }
        source = new IPEndPoint(new IPAddress(bytes.Slice(16, addressBytes)),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[(16 + addressBytes * 2)..]));
        return ProxyHeaderState.Whole;
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;

    private static bool StartsLike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> whole) =>
        bytes.Length >= whole.Length ? bytes.StartsWith(whole) : whole.StartsWith(bytes);
}
