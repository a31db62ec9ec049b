using Flickr.Edge.Freshness;

namespace Flickr.Edge.Sites;

/// <summary>Who may read a site.</summary>
internal enum SiteAccess
{
    /// <summary>Anyone: what the upstream says about caching is all there is.</summary>
    Public,

    /// <summary>Holders of a token, and anyone for objects that the upstream calls public.</summary>
    Token,
}

/// <summary>How the paths of a site are read.</summary>
internal enum SiteLayout
{
    /// <summary><see cref="Photos"/> when access is by token, else <see cref="Plain"/>.</summary>
    Auto,

    /// <summary>Paths mean nothing to the edge; every query is part of the key.</summary>
    Plain,

    /// <summary><c>/user/album/resolution/file</c>; of the query only <c>v</c> is part of the key.</summary>
    Photos,
}

/// <summary>
/// One site as it is configured; section <c>Edge:Sites:N</c>. Judged by <see cref="Site.TryBuild"/>.
/// </summary>
internal sealed class SiteOptions
{
    /// <summary>
    /// Host name without port, lower case; <c>*</c> takes what no other site takes. Default <c>*</c>.
    /// </summary>
    public string Host { get; set; } = "*";

    /// <summary>
    /// Addresses of the replicas, e.g. <c>http://10.0.0.1:8090</c>. At least one, at most 64.
    /// </summary>
    public string[] Upstreams { get; set; } = [];

    /// <summary><c>Public</c> or <c>Token</c>. Default <c>Public</c>.</summary>
    public SiteAccess Access { get; set; }

    /// <summary><c>Auto</c>, <c>Plain</c> or <c>Photos</c>. Default <c>Auto</c>.</summary>
    public SiteLayout Layout { get; set; }

    /// <summary>
    /// Names of the query parameters that are part of the key; <c>*</c> for the whole query as sent. Default:
    /// <c>*</c> on plain sites, <c>v</c> on photo sites. There is no other hidden key: host and canonical
    /// path, and what is named here.
    /// </summary>
    public string[]? KeyQuery { get; set; }

    /// <summary><c>Refuse</c>, <c>Strip</c> or <c>Store</c>. Default <c>Refuse</c>.</summary>
    public SetCookiePolicy SetCookie { get; set; }

    /// <summary>
    /// Whether a missing lifetime may be guessed from <c>Last-Modified</c> (RFC 9111 4.2.2). Default true.
    /// </summary>
    public bool Heuristics { get; set; } = true;

    /// <summary>
    /// Whether <c>Cache-Control</c> of the client is obeyed (RFC 9111 5.2.1). Default: only on plain sites.
    /// </summary>
    public bool? ObeyRequestDirectives { get; set; }

    /// <summary>
    /// Whether the client's <c>Host</c> is sent on instead of the upstream's authority. Default false.
    /// </summary>
    public bool ForwardHost { get; set; }

    /// <summary>
    /// Request fields that go on to the upstream beside the standard ones; <c>*</c>: all but those that never
    /// do. Default: <c>*</c> on plain sites, none on photo sites.
    /// </summary>
    public string[]? OriginFields { get; set; }

    /// <summary>
    /// Targeted field of the edge's own that wins over <c>CDN-Cache-Control</c> (RFC 9213); empty: none.
    /// Default empty.
    /// </summary>
    public string TargetedField { get; set; } = "";

    /// <summary>
    /// Whether a request for a range of what is not stored asks the upstream for that range alone, and the part
    /// is stored. Off, the whole is fetched and the range cut from it: the next range is a hit. Plain sites
    /// only. Default false.
    /// </summary>
    public bool StoresPartial { get; set; }

    /// <summary>
    /// Path that is asked to see whether a replica lives; empty: only passive health. Default empty.
    /// </summary>
    public string HealthPath { get; set; } = "";

    /// <summary>
    /// Stale answers when the upstream fails and says nothing itself. 0 to 30 days. Default 0 plain, 1 day
    /// photos.
    /// </summary>
    public TimeSpan? StaleIfError { get; set; }

    /// <summary>
    /// Stale answers when the upstream cannot be reached or stays silent, even where it says nothing of
    /// errors (RFC 9111 4.2.4). 0 to 30 days. Default 0.
    /// </summary>
    public TimeSpan StaleWhenUnreachable { get; set; }

    /// <summary>
    /// What an upstream's <c>Age</c> does that is no whole number or stands twice: <c>Ignored</c> (RFC 9111
    /// 5.1) or <c>Stale</c>. Default <c>Ignored</c>.
    /// </summary>
    public MalformedAge MalformedAge { get; set; }

    /// <summary>
    /// Stale answers while one fill renews, when the upstream says nothing. 0 to 30 days. Default 0 plain, 60
    /// s photos.
    /// </summary>
    public TimeSpan? StaleWhileRevalidate { get; set; }

    /// <summary>
    /// How long a shared error answers for the upstream after a second failure. 0 to 60 s. Default 2 s.
    /// </summary>
    public TimeSpan ErrorLifetime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Lifetime of 404 and 410 that name none. 0 to 1 hour. Default 0 plain, 2 s photos.</summary>
    public TimeSpan? NegativeLifetime { get; set; }

    /// <summary>
    /// Longest lifetime that browsers hear for public photos. 0 to 365 days. Default 5 min.
    /// </summary>
    public TimeSpan BrowserLifetimeMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Lifetimes and cut-offs by class, on photo sites.</summary>
    public ClassesOptions Classes { get; set; } = new();
}

/// <summary>The rules of the four classes; section <c>Edge:Sites:N:Classes</c>.</summary>
internal sealed class ClassesOptions
{
    /// <summary>Objects below <c>thumbnail/</c>. Default lifetime 30 days, at most 16 MiB.</summary>
    public ClassOptions Thumb { get; set; } = new() { Lifetime = TimeSpan.FromDays(30),
        ObjectBytesMax = 16L << 20 };

    /// <summary>Objects below any other resolution. Default lifetime 30 days, at most 64 MiB.</summary>
    public ClassOptions Rendition { get; set; } = new() { Lifetime = TimeSpan.FromDays(30),
        ObjectBytesMax = 64L << 20 };

    /// <summary>Objects below <c>original/</c>. Default lifetime 7 days, at most 1 GiB.</summary>
    public ClassOptions Original { get; set; } = new() { Lifetime = TimeSpan.FromDays(7),
        ObjectBytesMax = 1L << 30 };

    /// <summary><c>album.json</c>. Default lifetime 60 s, at most 16 MiB.</summary>
    public ClassOptions Metadata { get; set; } = new() { Lifetime = TimeSpan.FromSeconds(60),
        ObjectBytesMax = 16L << 20 };

    /// <summary>
    /// Whatever has no class: everything on a plain site. Default lifetime 0 (none), at most 1 GiB.
    /// </summary>
    public ClassOptions Plain { get; set; } = new() { Lifetime = TimeSpan.Zero, ObjectBytesMax = 1L << 30 };
}

/// <summary>The rule of one class.</summary>
internal sealed class ClassOptions
{
    /// <summary>Lifetime of an answer that names none. 0 to 365 days.</summary>
    public TimeSpan Lifetime { get; set; }

    /// <summary>Largest body that is stored, in bytes. 0 to 1 TiB.</summary>
    public long ObjectBytesMax { get; set; }
}
