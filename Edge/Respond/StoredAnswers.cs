using Flickr.Edge.Access;
using Flickr.Edge.Cache;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using Flickr.Edge.Keying;
using Flickr.Edge.Ranges;
using Flickr.Edge.Sites;
using Flickr.Edge.Status;
using Flickr.Edge.Variants;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens;

namespace Flickr.Edge.Respond;

/// <summary>
/// Finds stored objects, judges them for a request (access, invalidations, freshness, in this order) and
/// answers from them.
/// </summary>
internal sealed class StoredAnswers(
    ObjectCache cache, Gatekeeper gatekeeper, InvalidationHorizon horizon, Responder responder,
        TimeProvider time)
{
    /// <summary>Looks up the request's object; sets the variant's key. Dispose what is found.</summary>
    public async ValueTask<StoredObject> FindAsync(EdgeRequest request, bool looksIntoLog)
    {
        request.Key = request.PrimaryKey;
        if (cache.TryGet(request.PrimaryKey, out var found))
        {
            if (!found.Head.IsVaryMarker)
            {
                return found;
            }
            var rule = VaryRule.From(found.Head.Http.Headers);
            found.Dispose();
            request.Key = KeyMaker.Variant(request.PrimaryKey,
                VariantKey.For(rule, request.Context.Request.Headers, request.Site.IsPhotos));
            if (cache.TryGet(request.Key, out var variant))
            {
                return variant;
            }
        }
        return looksIntoLog ? await cache.ReadLogAsync(request.Key, request.Context.RequestAborted) : default;
    }

    /// <summary>What may be done with it.</summary>
    public Finding Judge(EdgeRequest request, in StoredObject found) =>
        Judge(request.Site, request.Grant, request.Facts, request.Key, found, request.Peer is not null);

    /// <summary>
    /// What may be done with an object for a request of these facts under this grant; or for another edge, which judges
    /// its client itself.
    /// </summary>
    public Finding Judge(Site site, AccessGrant? grant, in RequestFacts facts, in CacheKey key,
        in StoredObject found, bool isPeer = false)
    {
        var head = found.Head;
        var coverage = horizon.Judge(head.Facts, found.FillSequence);
        if (coverage == Coverage.Hard)
        {
            cache.Remove(found, key);
            return new Finding(default, false, false, IsDead: true, null);
        }
        var access = isPeer ? gatekeeper.JudgeForPeer(head.Http.ResponseTime)
            : gatekeeper.Judge(site, grant, head.Facts, head.Http.ResponseTime);
        if (access is not (AccessVerdict.Granted or AccessVerdict.Revalidate))
        {
            return new Finding(default, false, false, false, ProblemOf(access));
        }
        var judgement = Reuse.Judge(head.Http, facts, site.RuleOf(head.Class).Store,
            time.GetUtcNow());
        var isStale = judgement.Verdict is ReuseVerdict.Stale or ReuseVerdict.MustRevalidate
            || access == AccessVerdict.Revalidate
            || (coverage == Coverage.Soft && head.Http.Lifetimes.StaleWhileRevalidate == TimeSpan.Zero);
        var inGrace = !isStale
            && (judgement.Verdict == ReuseVerdict.StaleWhileRevalidate || coverage == Coverage.Soft);
        return new Finding(judgement, !isStale, inGrace, false, null);
    }

    /// <summary>Answers from the object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="found">The object, for its body.</param>
    /// <param name="head">Its head; after a 304 newer than the stored one.</param>
    /// <param name="finding">How it was judged.</param>
    public async Task AnswerAsync(EdgeRequest request, StoredObject found, ObjectHead head, Finding finding)
    {
        var isFresh = finding.Judgement.Verdict == ReuseVerdict.Fresh && !finding.RenewsBehind;
        request.Outcome = isFresh ? AnswerOutcome.Hit : AnswerOutcome.Stale;
        await responder.ObjectAsync(request, head, new BodySource(found), found.Length, found.FillSequence,
            finding.Judgement.Age, new CacheStatus
            {
                IsHit = true,
                TtlSeconds = finding.TtlSeconds,
                Detail = found.Tier == CacheTier.Memory ? "memory" : "log",
            });
    }

    /// <summary>
    /// Answers a request for a range from a stored part of the object (RFC 9111 section 3.3). True when it
    /// did:
    /// a fresh part holds all that was asked for.
    /// </summary>
    public async Task<bool> TryPartAsync(EdgeRequest request)
    {
        if (!cache.TryGet(KeyMaker.Part(request.Key), out var part))
        {
            return false;
        }
        using (part)
        {
            if (horizon.Judge(part.Head.Facts, part.FillSequence) != Coverage.None
                || ContentRange.Parse(part.Head.Http.Headers.Joined("Content-Range")) is not { } held)
            {
                return false;
            }
            var finding = Judge(request, part);
            if (!finding.IsServed || finding.RenewsBehind || finding.Refusal is not null)
            {
                return false;
            }
            request.Outcome = AnswerOutcome.Hit;
            return await responder.PartAsync(request, part.Head, new BodySource(part), held,
                part.FillSequence,
                finding.Judgement.Age, new CacheStatus
                {
                    IsHit = true,
                    TtlSeconds = finding.TtlSeconds,
                    Detail = "part",
                });
        }
    }

    /// <summary>Answers from an object that a 304 has just renewed.</summary>
    public async Task RenewedAsync(EdgeRequest request, StoredObject found, ObjectHead head, bool isCollapsed)
    {
        request.Outcome = AnswerOutcome.Revalidated;
        var judgement = Reuse.Judge(head.Http, request.Facts, request.Site.RuleOf(head.Class).Store,
            time.GetUtcNow());
        await responder.ObjectAsync(request, head, new BodySource(found), found.Length, found.FillSequence,
            judgement.Age, new CacheStatus
            {
                Forward = ForwardReason.Stale,
                ForwardStatus = 304,
                IsStored = true,
                IsCollapsed = isCollapsed,
                TtlSeconds = (long)Math.Floor(judgement.Ttl.TotalSeconds),
                Detail = "revalidated",
            });
    }

    /// <summary>
    /// Answers from a stale object when the upstream failed, if that is allowed. True when it answered.
    /// </summary>
    public async Task<bool> TryStaleAsync(EdgeRequest request, StoredObject found, Finding finding,
        OriginFailure failure)
    {
        if (!MayStale(request, found, finding, failure))
        {
            return false;
        }
        request.Outcome = AnswerOutcome.Stale;
        await responder.ObjectAsync(request, found.Head, new BodySource(found), found.Length,
            found.FillSequence,
            finding.Judgement.Age, new CacheStatus
            {
                IsHit = true,
                TtlSeconds = finding.TtlSeconds,
                Detail = failure == OriginFailure.Slow ? "stale-slow" : "stale-error",
            });
        return true;
    }

    /// <summary>Whether the object may stand in for a failed upstream.</summary>
    public bool MayStale(EdgeRequest request, in StoredObject found, in Finding finding,
        OriginFailure failure) =>
        found.HasObject && !finding.IsDead
        && gatekeeper.Judge(request, found.Head.Facts, found.Head.Http.ResponseTime) == AccessVerdict.Granted
        && StaleOnError.May(found.Head.Http, request.Facts, failure,
            request.Site.RuleOf(found.Head.Class).Store,
            time.GetUtcNow());

    /// <summary>The answer to a verdict that does not grant.</summary>
    public static Problem ProblemOf(AccessVerdict verdict) => verdict switch
    {
        AccessVerdict.TokenMissing => Problem.TokenMissing,
        AccessVerdict.TokenExpired => Problem.TokenExpired,
        AccessVerdict.Throttled => Problem.TooManyRefusals,
        AccessVerdict.Busy => Problem.SignaturesBusy,
        AccessVerdict.OutOfDate or AccessVerdict.Revalidate => Problem.EdgeOutOfDate,
        _ => Problem.TokenRefused,
    };
}
