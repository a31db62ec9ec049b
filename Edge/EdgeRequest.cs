using Flickr.Edge.Cache;
using Flickr.Edge.Headers;
using Flickr.Edge.Leases;
using Flickr.Edge.Peers;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Edge.Status;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Edge;

/// <summary>
/// One request on its way through the pipeline: what was made of it so far, and what was answered. One thread
/// at a time.
/// </summary>
internal sealed class EdgeRequest(HttpContext context, Site site, string host, CanonicalTarget target,
    long startedAt)
{
    public HttpContext Context { get; } = context;

    public Site Site { get; } = site;

    /// <summary>Host header in lower case, with its port.</summary>
    public string Host { get; } = host;

    public CanonicalTarget Target { get; } = target;

    public long StartedAt { get; } = startedAt;

    public ObjectClass Class { get; init; }

    /// <summary>What the cache rules see.</summary>
    public RequestFacts Facts { get; init; }

    /// <summary>Path and query for the upstream, without tokens.</summary>
    public string UpstreamTarget { get; init; } = "";

    /// <summary>Version in the address of a photo (<c>v</c>), or null.</summary>
    public string? Version { get; init; }

    /// <summary>Host and path for invalidations.</summary>
    public ObjectFacts Address { get; init; }

    /// <summary>Key without a variant.</summary>
    public CacheKey PrimaryKey { get; init; }

    /// <summary>Key with the variant, as far as it is known.</summary>
    public CacheKey Key { get; set; }

    /// <summary>The verified token, or null.</summary>
    public AccessGrant? Grant { get; set; }

    /// <summary>On a token site without a token: only what is public may be answered.</summary>
    public bool IsAnonymous { get; set; }

    /// <summary>Whether only the head is asked for.</summary>
    public bool IsHead => Facts.IsHead;

    /// <summary>Whether a range of what is not stored is asked of the upstream alone, and kept as a part.</summary>
    public bool WantsPart => Facts.Range is not null && Facts.IsGet && Site.RuleOf(Class).Store.StoresPartial;

    /// <summary>The ask of another edge that this is; null for a client's request.</summary>
    public PeerReply? Peer { get; set; }

    /// <summary>Original on its way to the client, with its lease; null for none.</summary>
    public Transfer? Transfer { get; set; }

    public AnswerOutcome Outcome { get; set; }

    /// <summary>What Cache-Status said.</summary>
    public CacheStatus Status { get; set; }

    public long SentBytes { get; set; }

    /// <summary>Name of the problem answered, or null.</summary>
    public string? Problem { get; set; }
}
