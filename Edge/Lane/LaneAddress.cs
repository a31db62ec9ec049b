using Flickr.Edge.Access;
using Flickr.Edge.Sites;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Edge.Lane;

/// <summary>
/// What a host and a target say under one table of sites, read by the pipeline's own code. Immutable, so that
/// it may be remembered. It holds a token when the target does, as the request did: it is never logged.
/// </summary>
internal sealed class LaneAddress
{
    private LaneAddress(SiteTable sites, Site site, string host, CanonicalTarget target, AskedAddress asked)
    {
        (Sites, Site, Host, Path, Asked) = (sites, site, host, target.Path, asked);
        Found = TokenCarrier.Find(target, null, out var token);
        Token = token;
        Question = Gatekeeper.Asked(host, target.Path, isRead: true, asked.Class, "http", asked.UpstreamTarget,
            client: null);
    }

    /// <summary>The table it was read under: under another one it is worth nothing.</summary>
    public SiteTable Sites { get; }

    public Site Site { get; }

    /// <summary>Host header in lower case, with its port.</summary>
    public string Host { get; }

    public CanonicalPath Path { get; }

    public AskedAddress Asked { get; }

    /// <summary>What was found where tokens ride.</summary>
    public TokenVerdict Found { get; }

    public PresentedToken Token { get; }

    /// <summary>The question to the token, but for the client.</summary>
    public TokenRequest Question { get; }

    /// <summary>Reads an address; null when it has no site or is not canonical.</summary>
    public static LaneAddress? Read(SiteTable sites, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target)
    {
        var sent = System.Text.Encoding.Latin1.GetString(host);
        var raw = System.Text.Encoding.Latin1.GetString(target);
        return sites.Find(sent) is { } site && CanonicalTarget.TryParse(raw, out var canonical, out _)
            ? Of(sites, site, sent.ToLowerInvariant(), raw, canonical)
            : null;
    }

    private static LaneAddress Of(SiteTable sites, Site site, string host, string raw,
        CanonicalTarget target) =>
        new(sites, site, host, target, RequestReader.AddressOf(site, host, raw, target));
}
