using Flickr.Edge.Cache;
using Flickr.Edge.Fetch;
using Flickr.Edge.Headers;
using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Collapse;

/// <summary>
/// All a fill needs, taken from the leader's request before the fill is let go: nothing in it belongs to the
/// connection.
/// </summary>
internal sealed record FillOrder
{
    public required Site Site { get; init; }

    public required ObjectClass Class { get; init; }

    /// <summary>Host and path, as facts without tags and owner.</summary>
    public required ObjectFacts Address { get; init; }

    /// <summary>Key without a variant.</summary>
    public required CacheKey PrimaryKey { get; init; }

    /// <summary>What is asked of the upstream.</summary>
    public required FetchOrder Fetch { get; init; }

    /// <summary>
    /// Path and query for the edge that owns the key, without tokens; null: only origins are asked.
    /// </summary>
    public string? PeerTarget { get; init; }

    /// <summary>What the cache rules see of the request.</summary>
    public required RequestFacts Request { get; init; }

    /// <summary>Copy of the request's fields: which variant the answer is.</summary>
    public required IHeaderDictionary Fields { get; init; }

    /// <summary>
    /// Version in the address (<c>v</c>), which the entity tag must begin with; null for none.
    /// </summary>
    public string? Version { get; init; }

    /// <summary>
    /// Whether only a range is asked for: a 206 is stored as a part, and nothing but a 200 as the whole.
    /// </summary>
    public bool IsPart { get; init; }

    /// <summary>Whether it renews in the background: nobody reads it, and that is no reason to end it.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Whether the log tier is looked into first: not when RAM had the object.</summary>
    public bool LooksIntoLog { get; init; }
}
