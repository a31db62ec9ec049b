using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Flickr.Tokens.Paths;

/// <summary>
/// An address brought into normal form once, for hosts that take tokens of other issuers in the RFC 9246
/// profile: scheme and
/// host in lower case, no default port, no dot segments, upper-case escapes, nothing escaped that need not be
/// (RFC 3986
/// 6.2.2 and 6.2.3). What comes out is canonical; our own tokens never take this road.
/// </summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">Host, with the port when it is not the scheme's.</param>
/// <param name="Path">The path.</param>
/// <param name="Query">The query as it was sent, without its question mark; empty when there is none.</param>
public sealed record NormalizedAddress(string Scheme, string Host, CanonicalPath Path, string Query)
{
    private const string Unreserved = "-._~";

    /// <summary>Normalizes an absolute http or https address; false when even its normal form is not
    /// canonical.</summary>
    public static bool TryNormalize(string address, [NotNullWhen(true)] out NormalizedAddress? normalized)
    {
        ArgumentNullException.ThrowIfNull(address);
        normalized = null;
        var colon = address.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0 || address.Length > CanonicalTarget.LengthMax) return false;
        var scheme = address[..colon].ToLowerInvariant();
        if (scheme is not ("http" or "https")) return false;
        var rest = address[(colon + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?');
        var host = (end < 0 ? rest : rest[..end]).ToLowerInvariant();
        var port = scheme == "http" ? ":80" : ":443";
        if (host.EndsWith(port, StringComparison.Ordinal)) host = host[..^port.Length];
        if (!TokenText.IsHost(host)) return false;

        var tail = end < 0 ? "" : rest[end..];
        var mark = tail.IndexOf('?', StringComparison.Ordinal);
        var rawPath = mark < 0 ? tail : tail[..mark];
        if (!CanonicalPath.TryParse(RemoveDots(Unescape(rawPath)), out var path, out _)) return false;
        normalized = new NormalizedAddress(scheme, host, path, mark < 0 ? "" : tail[(mark + 1)..]);
        return true;
    }

    /// <summary>Decodes what need not be escaped and writes the digits of the rest in upper case.</summary>
    private static string Unescape(string path)
    {
        var text = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            var isEscape = path[i] == '%' && i + 2 < path.Length
                && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]);
            if (!isEscape)
            {
                text.Append(path[i]);
                continue;
            }
            var value = (char)Convert.ToByte(path.Substring(i + 1, 2), 16);
            if (char.IsAsciiLetterOrDigit(value)
                || Unreserved.Contains(value, StringComparison.Ordinal)) text.Append(value);
            else text.Append('%').Append(path.Substring(i + 1, 2).ToUpperInvariant());
            i += 2;
        }
        return text.ToString();
    }

    /// <summary>RFC 3986 5.2.4; a path that climbs above the root stays at the root.</summary>
    private static string RemoveDots(string path)
    {
        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i] is not ("." or ".."))
            {
                kept.Add(segments[i]);
                continue;
            }
            if (segments[i] == ".." && kept.Count > 0) kept.RemoveAt(kept.Count - 1);
            if (i == segments.Length - 1) kept.Add(""); // a path that ends in a dot segment names a directory
        }
        return "/" + string.Join('/', kept);
    }
}
