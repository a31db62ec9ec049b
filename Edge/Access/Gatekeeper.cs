using System.Net;
using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Flickr.Tokens;
using Flickr.Tokens.Paths;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Access;

/// <summary>
/// Authorisation before the cache, in two steps: the token against the address, before anything is looked up;
/// then the grant (or its absence) against the object, on every answer, hits of public objects included.
/// Thread-safe.
/// </summary>
internal sealed class Gatekeeper(
    VerifyKeys keys, InvalidationHorizon horizon, EdgeMetrics metrics, TimeProvider time,
    IOptions<TokenVerifierOptions> options, ControlPlaneStream? stream = null)
{
    private readonly TokenVerifier _verifier = new(options.Value, time);

    /// <summary>Judges the token of a token site's request. Sets grant or anonymity on the request.</summary>
    public AccessVerdict Admit(EdgeRequest request, TokenVerdict found, in PresentedToken token,
        out TokenVerdict verdict)
    {
        var asked = Asked(request.Host, request.Target.Path, request.Facts.IsGet || request.IsHead, request.Class,
            request.Context.Request.Scheme, request.UpstreamTarget, request.Context.Connection.RemoteIpAddress);
        var answer = Admit(found, token, asked, request.Address, out verdict, out var grant);
        metrics.Judged(verdict);
        request.IsAnonymous = verdict == TokenVerdict.Missing;
        request.Grant = grant;
        return answer;
    }

    /// <summary>
    /// Judges what was found where tokens ride, for a token site. Counts nothing: who answers by it does.
    /// </summary>
    /// <param name="found">What <see cref="TokenCarrier"/> said.</param>
    /// <param name="token">The token, when it found one.</param>
    /// <param name="asked">What the token is asked to open.</param>
    /// <param name="address">The address for invalidations.</param>
    /// <param name="verdict">Missing without a token, which is granted: only what is public is given
    /// then.</param>
    /// <param name="grant">The grant, exactly when access is granted and there is a token.</param>
    public AccessVerdict Admit(TokenVerdict found, in PresentedToken token, in TokenRequest asked,
        in ObjectFacts address, out TokenVerdict verdict, out AccessGrant? grant)
    {
        verdict = found;
        grant = null;
        if (found == TokenVerdict.Missing)
        {
            return AccessVerdict.Granted;
        }
        AccessGrant? verified = null;
        if (found == TokenVerdict.Valid)
        {
            verdict = _verifier.Verify(token.Text, token.Form, asked, keys.Current, out verified);
        }
        var answer = verdict == TokenVerdict.Valid ? JudgeGrant(address, verified!, ref verdict)
            : AnswerOf(verdict);
        grant = answer == AccessVerdict.Granted ? verified : null;
        return answer;
    }

    /// <summary>Whether judging the token will cost no signature.</summary>
    public bool Remembers(in PresentedToken token, string host) =>
        _verifier.IsRemembered(token.Text, token.Form, host, keys.Current);

    /// <summary>The question to a token.</summary>
    public static TokenRequest Asked(string host, CanonicalPath path, bool isRead, ObjectClass objectClass,
        string scheme, string upstreamTarget, IPAddress? client) =>
        new(host, path, isRead, ClassOf(objectClass))
        {
            Scheme = scheme,
            Query = QueryOf(upstreamTarget),
            Client = client,
        };

    /// <summary>Judges the request against an object that would answer it.</summary>
    /// <param name="request">Admitted before.</param>
    /// <param name="facts">The object.</param>
    /// <param name="confirmedAt">When the origin last confirmed it; null: just now.</param>
    public AccessVerdict Judge(EdgeRequest request, in ObjectFacts facts, DateTimeOffset? confirmedAt) =>
        request.Peer is not null ? JudgeForPeer(confirmedAt)
            : Judge(request.Site, request.Grant, facts, confirmedAt);

    /// <summary>
    /// Judges an object for another edge, which has judged its client's token and will judge the head it gets: here
    /// only whether the bytes are confirmed lately enough to be handed on.
    /// </summary>
    public AccessVerdict JudgeForPeer(DateTimeOffset? confirmedAt) =>
        stream is null || stream.Freshness.Judge(null, confirmedAt ?? time.GetUtcNow()) == FreshnessVerdict.Fresh
            ? AccessVerdict.Granted : AccessVerdict.Revalidate;

    /// <summary>Judges a grant (null: none was shown) against an object of a site.</summary>
    public AccessVerdict Judge(Site site, AccessGrant? admitted, in ObjectFacts facts,
        DateTimeOffset? confirmedAt)
    {
        if (site.Access == SiteAccess.Public)
        {
            return AccessVerdict.Granted;
        }
        if (admitted is not { } grant)
        {
            if (facts.IsPrivate)
            {
                return AccessVerdict.TokenMissing;
            }
        }
        else if ((facts.IsPrivate && grant.Owner is not null && facts.Owner is not null
            && grant.Owner != facts.Owner)
            || horizon.JudgeGrant(FactsOf(grant), facts) != GrantCoverage.None)
        {
            return AccessVerdict.TokenRefused;
        }
        if (stream is null)
        {
            return AccessVerdict.Granted;
        }
        var issued = facts.IsPrivate ? admitted?.IssuedAt : null;
        return stream.Freshness.Judge(issued, confirmedAt ?? time.GetUtcNow()) switch
        {
            FreshnessVerdict.Fresh => AccessVerdict.Granted,
            FreshnessVerdict.Revalidate => AccessVerdict.Revalidate,
            _ => AccessVerdict.OutOfDate,
        };
    }

    /// <summary>
    /// Invalidations and freshness against the grant alone: what can be said before the object is known.
    /// </summary>
    private AccessVerdict JudgeGrant(in ObjectFacts address, AccessGrant grant, ref TokenVerdict verdict)
    {
        if (horizon.JudgeGrant(FactsOf(grant), address) != GrantCoverage.None)
        {
            verdict = TokenVerdict.Revoked;
            return AccessVerdict.TokenRefused;
        }
        if (stream is not null && !stream.IsFreshFor(isPrivate: true, grant.IssuedAt))
        {
            verdict = TokenVerdict.OutOfDate;
            return AccessVerdict.OutOfDate;
        }
        if (grant.Owner is { } owner)
        {
            horizon.LearnOwnerEpoch(owner, grant.OwnerEpoch);
        }
        return AccessVerdict.Granted;
    }

    private static AccessVerdict AnswerOf(TokenVerdict verdict) =>
        verdict == TokenVerdict.Expired ? AccessVerdict.TokenExpired : AccessVerdict.TokenRefused;

    private static GrantFacts FactsOf(AccessGrant grant) => new(
        grant.KeyId, grant.IssuedAt, grant.Owner, grant.OwnerEpoch, grant.Viewer, grant.TokenId, grant.Tags);

    private static string? QueryOf(string target) =>
        target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target[(mark + 1)..] : null;

    private static PhotoClasses ClassOf(ObjectClass objectClass) => objectClass switch
    {
        ObjectClass.Thumb => PhotoClasses.Thumb,
        ObjectClass.Original => PhotoClasses.Original,
        ObjectClass.Metadata => PhotoClasses.Metadata,
        _ => PhotoClasses.Rendition,
    };
}
