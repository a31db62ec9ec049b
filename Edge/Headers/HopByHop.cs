using System.Collections.Frozen;

namespace Flickr.Edge.Headers;

/// <summary>
/// Fields that end at the next hop (RFC 9110 section 7.6.1): the fixed ones, and those that Connection names.
/// Pure.
/// </summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Fixed = FrozenSet.ToFrozenSet(
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
        "Proxy-Authentication-Info", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Fields that Connection may not take away: meant for every recipient (RFC 9110 section 7.6.1), and
    /// without them the same bytes would be stored longer, or read as something else.
    /// </summary>
    private static readonly FrozenSet<string> EndToEnd = FrozenSet.ToFrozenSet(
    [
        "Host", "Cache-Control", "CDN-Cache-Control", "Expires", "Vary", "Content-Encoding", "Content-Type",
        "Content-Range",
        "Content-Length", "Authorization",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>The block without hop-by-hop fields; the block itself when it has none.</summary>
    public static HeaderBlock Strip(HeaderBlock headers)
    {
        var connection = headers.Joined("Connection");
        return headers.Without(line => Is(line.Name, connection));
    }

    /// <summary>
    /// Whether the field ends at the next hop. <paramref name="connection"/>: the joined Connection lines, or
    /// null.
    /// </summary>
    public static bool Is(string name, string? connection) =>
        Fixed.Contains(name) || (connection is not null && !EndToEnd.Contains(name)
        && FieldSyntax.ListContains(connection, name));
}
