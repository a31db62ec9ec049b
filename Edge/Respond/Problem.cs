namespace Flickr.Edge.Respond;

/// <summary>A refusal or failure as clients see it (RFC 9457). Says nothing that helps a forger.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Name">Name in <c>docs/problems.md</c>; the type is <c>urn:flickr:problem:</c> and
/// this.</param>
/// <param name="Title">One sentence.</param>
internal sealed record Problem(int Status, string Name, string Title)
{
    public static readonly Problem TokenMissing = new(401, "token-missing", "This needs a token.");
    public static readonly Problem TokenExpired = new(401, "token-expired", "The token has expired.");
    public static readonly Problem TokenRefused = new(403, "token-refused", "The token does not open this.");
    public static readonly Problem PathNotCanonical = new(400, "path-not-canonical",
        "The address is not in its canonical form.");
    public static readonly Problem SiteUnknown = new(421, "site-unknown",
        "No site of this host is served here.");
    public static readonly Problem MethodRefused = new(405, "method-refused",
        "Only GET and HEAD are served here.");
    public static readonly Problem LoopDetected = new(508, "loop-detected",
        "The request has been here before.");
    public static readonly Problem PeerRefused = new(403, "peer-refused", "This is no ask of an edge of the fleet.");
    public static readonly Problem PeerBusy =
        new(503, "peer-busy", "This edge answers enough other edges.") { RetryAfterSeconds = 1 };
    public static readonly Problem TooManyOriginals =
        new(429, "too-many-originals", "Another original is on its way to this viewer.") { RetryAfterSeconds = 2 };
    public static readonly Problem OnceUnavailable =
        new(503, "once-unavailable", "Whether this token was used cannot be told now.") { RetryAfterSeconds = 5 };
    public static readonly Problem TooManyRefusals =
        new(429, "too-many-refusals", "Too many tokens of this network were refused.") { RetryAfterSeconds = 5 };
    public static readonly Problem SignaturesBusy =
        new(503, "signatures-busy", "Too many tokens wait to be verified.") { RetryAfterSeconds = 1 };
    public static readonly Problem BadLoopField = new(400, "cdn-loop-malformed", "CDN-Loop cannot be read.");
    public static readonly Problem EdgeOutOfDate =
        new(503, "edge-out-of-date",
            "This edge has been cut off for too long to vouch for this.") { RetryAfterSeconds = 5 };
    public static readonly Problem UpstreamUnreachable =
        new(502, "upstream-unreachable", "The origin could not be reached.") { RetryAfterSeconds = 1 };
    public static readonly Problem UpstreamMalformed = new(502, "upstream-malformed",
        "The origin's answer breaks HTTP.");
    public static readonly Problem UpstreamTimeout =
        new(504, "upstream-timeout", "The origin did not answer in time.") { RetryAfterSeconds = 1 };
    public static readonly Problem OnlyIfCached = new(504, "only-if-cached", "There is no stored answer.");
    public static readonly Problem Draining =
        new(503, "draining", "This edge is stopping.") { RetryAfterSeconds = 1 };
    public static readonly Problem ContentBroken = new(400, "content-broken",
        "The content of the request cannot be read.");
    public static readonly Problem Internal = new(500, "edge-fault", "A fault of this edge.");

    /// <summary>Seconds for <c>Retry-After</c>; 0: no such field.</summary>
    public int RetryAfterSeconds { get; init; }
}
