using System.Collections.Frozen;

namespace Flickr.Edge.Headers;

/// <summary>
/// Which request fields go on to an origin: an allow-list, because what an origin does with X-Original-URL or
/// X_Forwarded_For is not ours to guess. Immutable, thread-safe.
/// </summary>
internal sealed class OriginHeaders
{
    private static readonly string[] Allowed =
    [
        "Accept", "Accept-Encoding", "Accept-Language", "User-Agent", "Want-Repr-Digest", "traceparent",
        "tracestate",
    ];

    /// <summary>
    /// Only on a request that goes past the cache: what a fill sets itself, and what describes a body.
    /// </summary>
    private static readonly FrozenSet<string> PassOnly = FrozenSet.ToFrozenSet(
    [
        "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range",
        "Content-Type",
        "Content-Encoding", "Content-Language", "Content-Length", "Content-Location", "Content-Disposition",
        "Cache-Control",
        "Pragma",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Never, even where a site lets everything through: ours to write, or a way to be taken for somebody
    /// else.
    /// </summary>
    private static readonly FrozenSet<string> Never = FrozenSet.ToFrozenSet(
    [
        "Host", "Via", "CDN-Loop", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override", "Expect",
    ], StringComparer.OrdinalIgnoreCase);

    private readonly FrozenSet<string> _allowed;
    private readonly bool _allowsAll;

    /// <param name="more">Further field names of the site; <c>"*"</c> lets every end-to-end field
    /// through.</param>
    public OriginHeaders(IEnumerable<string> more)
    {
        var names = more.ToArray();
        _allowsAll = names.Contains("*");
        _allowed = Allowed.Concat(names).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The list of a site that names no fields of its own.</summary>
    public static OriginHeaders Standard { get; } = new([]);

    /// <summary>
    /// The fields to send for a fill: allowed ones only, no hop-by-hop fields, no conditions and no Range
    /// (the fill sets its own).
    /// </summary>
    public HeaderBlock ForFill(IHeaderDictionary request) => Select(request, isPass: false);

    /// <summary>
    /// The fields to send for a request that goes past the cache: as <see cref="ForFill"/> with conditions,
    /// Range and the body's fields.
    /// </summary>
    public HeaderBlock ForPass(IHeaderDictionary request) => Select(request, isPass: true);

    private HeaderBlock Select(IHeaderDictionary request, bool isPass)
    {
        var connection = request.Connection.Count > 0 ? request.Connection.ToString() : null;
        return HeaderBlock.Of(request
            .Where(field => IsAllowed(field.Key, isPass) && !HopByHop.Is(field.Key, connection))
            .SelectMany(field => field.Value.Select(value => new HeaderLine(field.Key, value ?? ""))));
    }

    private bool IsAllowed(string name, bool isPass)
    {
        // An underscore becomes a hyphen in more than one server behind us: X_Forwarded_For would be
        // X-Forwarded-For there.
        if (Never.Contains(name) || name.Contains('_') || name.StartsWith(':'))
        {
            return false;
        }
        return PassOnly.Contains(name) ? isPass : _allowsAll || _allowed.Contains(name);
    }
}
