namespace Flickr.Edge.Headers;

/// <summary>
/// Which request fields go on to an origin: an allow-list, because what an origin does with X-Original-URL or X_Forwarded_For is
/// not ours to guess. Immutable, thread-safe.
/// </summary>
internal sealed class OriginHeaders
{
    /// <summary>The list of a site that names no fields of its own.</summary>
    public static OriginHeaders Standard { get; } = new([]);

    /// <param name="more">Further field names of the site; <c>"*"</c> lets every end-to-end field through.</param>
    public OriginHeaders(IEnumerable<string> more) => _ = more;

    /// <summary>
    /// The fields to send for a fill: allowed ones only, no hop-by-hop fields, no conditions and no Range (the fill sets its own).
    /// </summary>
    public HeaderBlock ForFill(IHeaderDictionary request) => throw new NotImplementedException();

    /// <summary>The fields to send for a request that goes past the cache: as <see cref="ForFill"/> with conditions and Range.</summary>
    public HeaderBlock ForPass(IHeaderDictionary request) => throw new NotImplementedException();
}
