using System.Buffers;
using System.Text;
using Flickr.Edge.Gate;

namespace Flickr.Edge.Lane;

/// <summary>
/// Reads the one kind of request head that the lane answers: a GET of HTTP/1.1 whose fields ask for nothing
/// but the object. It leaves whatever it is in doubt of. Allocates nothing.
/// </summary>
internal static class PlainHead
{
    /// <summary>Field lines; Kestrel takes at most 64, and a plain request has a dozen.</summary>
    private const int FieldsMax = 48;

    private static readonly SearchValues<byte> HostBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"u8);

    /// <summary>True when the bytes are exactly one such head.</summary>
    /// <param name="bytes">All that has arrived.</param>
    /// <param name="target">The target as sent.</param>
    /// <param name="host">The host as sent.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> target,
        out ReadOnlySpan<byte> host)
    {
        target = host = default;
        if (!bytes.StartsWith("GET /"u8) || !bytes.EndsWith("\r\n\r\n"u8)
            || bytes.IndexOf("\r\n\r\n"u8) != bytes.Length - 4)
        {
            return false;
        }
        var rest = bytes[..^2];
        var judge = default(HeadJudge);
        if (!TryLine(ref rest, out var line) || judge.Start(line) != GateRefusal.None
            || !line.EndsWith(" HTTP/1.1"u8))
        {
            return false;
        }
        target = line[4..^9];
        if (target.Contains((byte)' '))
        {
            return false;
        }
        for (var fields = 0; !rest.IsEmpty; fields++)
        {
            if (fields == FieldsMax || !TryLine(ref rest, out line) || judge.Field(line) != GateRefusal.None)
            {
                return false;
            }
            var colon = line.IndexOf((byte)':');
            var name = line[..colon];
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (Is(name, "host"u8))
            {
                host = value;
            }
            else if (!IsPlain(name, value))
            {
                return false;
            }
        }
        return judge.End() == GateRefusal.None && IsPlainHost(host);
    }

    private static bool TryLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        if (end < 1 || rest[end - 1] != '\r')
        {
            line = default;
            return false;
        }
        line = rest[..(end - 1)];
        rest = rest[(end + 1)..];
        return !line.IsEmpty;
    }

    /// <summary>Whether the field changes nothing about the answer, the connection or the framing.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => name.Length switch
    {
        2 => !Is(name, "te"u8),
        5 => !Is(name, "range"u8),
        // A token may ride in a cookie; the pipeline looks for it.
        6 => !Is(name, "pragma"u8) && !Is(name, "expect"u8)
            && !(Is(name, "cookie"u8) && value.IndexOf("__Secure-"u8) >= 0),
        7 => !Is(name, "upgrade"u8) && !Is(name, "trailer"u8),
        8 => !Is(name, "if-match"u8) && !Is(name, "if-range"u8) && !Is(name, "cdn-loop"u8),
        10 => !Is(name, "connection"u8) || Is(value, "keep-alive"u8),
        13 => !Is(name, "cache-control"u8) && !Is(name, "authorization"u8) && !Is(name, "if-none-match"u8),
        14 => !Is(name, "content-length"u8) && !Is(name, "http2-settings"u8),
        16 => !Is(name, "proxy-connection"u8) && !Is(name, "content-encoding"u8),
        17 => !Is(name, "transfer-encoding"u8) && !Is(name, "if-modified-since"u8),
        19 => !Is(name, "if-unmodified-since"u8) && !Is(name, "proxy-authorization"u8),
        _ => true,
    };

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) =>
        Ascii.EqualsIgnoreCase(name, lower);

    /// <summary>A name or an IPv4 address, with a port or without: nothing a server could read
    /// otherwise.</summary>
    private static bool IsPlainHost(ReadOnlySpan<byte> host)
    {
        var colon = host.IndexOf((byte)':');
        var name = colon < 0 ? host : host[..colon];
        var port = colon < 0 ? "80"u8 : host[(colon + 1)..];
        return name.Length is > 0 and < 254 && !name.ContainsAnyExcept(HostBytes)
            && port.Length is > 0 and < 6 && !port.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
