using Flickr.Edge.Cache;
using Flickr.Edge.Headers;
using Flickr.Edge.Sites;
using Flickr.Edge.Upstream;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Fetch;

/// <summary>What is asked of a site's replicas.</summary>
internal sealed record FetchOrder
{
    public required Site Site { get; init; }

    /// <summary>Chooses the replica.</summary>
    public required CacheKey Key { get; init; }

    public required string Method { get; init; }

    /// <summary>
    /// Path and query, sent byte for byte as the request line's target. Never holds a token.
    /// </summary>
    public required string Target { get; init; }

    /// <summary>The client's <c>Host</c>, sent on when the site says so.</summary>
    public required string ClientHost { get; init; }

    /// <summary>Fields to send, already filtered.</summary>
    public required HeaderBlock Fields { get; init; }

    /// <summary>The client's <c>CDN-Loop</c> lines.</summary>
    public StringValues Loop { get; init; }

    /// <summary>Content to send; null for none. An order with content is sent once.</summary>
    public Stream? Content { get; init; }

    /// <summary>Called with every interim answer before the head; null: they are dropped.</summary>
    public Func<InterimAnswer, ValueTask>? OnInterim { get; init; }

    /// <summary>Whether another replica may be asked when one fails: only for GET and HEAD.</summary>
    public bool MayFailOver { get; init; }
}
