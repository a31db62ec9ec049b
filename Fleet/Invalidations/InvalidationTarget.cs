namespace Flickr.Fleet.Invalidations;

/// <summary>The host and path that a <c>url</c>, <c>prefix</c> or <c>host</c> value names.</summary>
/// <param name="Host">Lower case, default port left out; <c>*</c> for every host.</param>
/// <param name="Path">Path without query; empty for a host.</param>
public readonly record struct InvalidationTarget(string Host, string Path)
{
    /// <summary>Any host.</summary>
    public const string AnyHost = "*";

    /// <summary>
    /// Reads a value. Never fails, because an edge must do something safe with whatever it is sent: what has
    /// no path
    /// names the whole host.
    /// </summary>
    public static InvalidationTarget Of(InvalidationKind kind, string value)
    {
        if (kind == InvalidationKind.Host)
        {
            return new InvalidationTarget(HostOf(value, ""), "");
        }
        var (scheme, address) = Split(value);
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? address : address[..slash];
        var path = slash < 0 ? "/" : address[slash..];
        var end = path.AsSpan().IndexOfAny('?', '#');
        path = end < 0 ? path : path[..end];
        if (kind == InvalidationKind.Prefix && !path.EndsWith('/'))
        {
            path += "/";
        }
        return new InvalidationTarget(host.Length == 0 ? AnyHost : HostOf(host, scheme), path);
    }

    /// <summary>The host without its port; the same when it has none.</summary>
    public static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        return colon < 0 || host[colon..].Contains(']') ? host : host[..colon];
    }

    private static (string Scheme, string Address) Split(string value)
    {
        var at = value.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? ("", value) : (value[..at].ToLowerInvariant(), value[(at + 3)..]);
    }

    private static string HostOf(string host, string scheme)
    {
        host = host.ToLowerInvariant();
        var port = scheme switch { "http" => ":80", "https" => ":443", _ => null };
        return port is not null && host.EndsWith(port, StringComparison.Ordinal) ? host[..^port.Length]
            : host;
    }
}
