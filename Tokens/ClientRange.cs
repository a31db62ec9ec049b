using System.Globalization;
using System.Net;

namespace Flickr.Tokens;

/// <summary>A range of client addresses, <c>2001:db8::/32</c>; bits beyond the prefix length are not looked
/// at. Immutable.</summary>
public sealed class ClientRange
{
    private readonly byte[] _bytes;
    private readonly int _bits;

    private ClientRange(byte[] bytes, int bits) => (_bytes, _bits) = (bytes, bits);

    /// <summary>Reads an address with or without a prefix length, bare or in brackets as RFC 9246 appendix
    /// A.2 shows it.</summary>
    public static ClientRange? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is ['[', .., ']']) text = text[1..^1];
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address)) return null;
        var bytes = address.GetAddressBytes();
        var bits = bytes.Length * 8;
        if (slash >= 0
            && !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out bits))
            return null;
        return bits <= bytes.Length * 8 ? new ClientRange(bytes, bits) : null;
    }

    /// <summary>Whether the client is in the range; an IPv4 address that came mapped into IPv6 counts as
    /// IPv4. Null is not.</summary>
    public bool Contains(IPAddress? client)
    {
        if (client is null) return false;
        Span<byte> bytes = stackalloc byte[16];
        if (client.IsIPv4MappedToIPv6) client = client.MapToIPv4();
        if (!client.TryWriteBytes(bytes, out var length) || length != _bytes.Length) return false;
        var whole = _bits / 8;
        if (!bytes[..whole].SequenceEqual(_bytes.AsSpan(0, whole))) return false;
        var mask = 0xFF00 >> (_bits % 8) & 0xFF;
        return mask == 0 || ((bytes[whole] ^ _bytes[whole]) & mask) == 0;
    }
}
