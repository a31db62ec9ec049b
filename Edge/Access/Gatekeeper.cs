using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Flickr.Tokens;
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

    /// <summary>Judges the request's token. Sets grant or anonymity on the request.</summary>
    public AccessVerdict Admit(EdgeRequest request)
    {
        if (request.Site.Access == SiteAccess.Public)
        {
            return AccessVerdict.Granted;
        }
        var found = TokenCarrier.Find(request.Target, request.Context.Request.Headers.Cookie, out var token);
        if (found == TokenVerdict.Missing)
        {
            request.IsAnonymous = true;
            metrics.Judged(TokenVerdict.Missing);
            return AccessVerdict.Granted;
        }
        var verdict = found;
        AccessGrant? grant = null;
        if (found == TokenVerdict.Valid)
        {
            var asked = new TokenRequest(request.Host, request.Target.Path, request.Facts.IsGet
                || request.IsHead,
                ClassOf(request.Class))
            {
                Scheme = request.Context.Request.Scheme,
                Query = QueryOf(request.UpstreamTarget),
                Client = request.Context.Connection.RemoteIpAddress,
            };
            verdict = _verifier.Verify(token.Text, token.Form, asked, keys.Current, out grant);
        }
        var answer = verdict == TokenVerdict.Valid ? JudgeGrant(request, grant!, ref verdict)
            : AnswerOf(verdict);
        metrics.Judged(verdict);
        if (answer == AccessVerdict.Granted)
        {
            request.Grant = grant;
        }
        return answer;
    }

    /// <summary>Judges the request against an object that would answer it.</summary>
    /// <param name="request">Admitted before.</param>
    /// <param name="facts">The object.</param>
    /// <param name="confirmedAt">When the origin last confirmed it; null: just now.</param>
    public AccessVerdict Judge(EdgeRequest request, in ObjectFacts facts, DateTimeOffset? confirmedAt)
    {
        if (request.Site.Access == SiteAccess.Public)
        {
            return AccessVerdict.Granted;
        }
        if (request.Grant is not { } grant)
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
        var issued = facts.IsPrivate ? request.Grant?.IssuedAt : null;
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
    private AccessVerdict JudgeGrant(EdgeRequest request, AccessGrant grant, ref TokenVerdict verdict)
    {
        if (horizon.JudgeGrant(FactsOf(grant), request.Address) != GrantCoverage.None)
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
