using Flickr.Edge.Access;
using Flickr.Edge.Collapse;
using Flickr.Edge.Fetch;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using Flickr.Edge.Peers;
using Flickr.Edge.Purge;
using Flickr.Edge.Status;
using Flickr.Fleet.Invalidations;
using Microsoft.AspNetCore.Http.Features;

namespace Flickr.Edge.Respond;

/// <summary>
/// Sends a request past the cache: unsafe methods, HEAD, and what will not be stored. Nothing is repeated,
/// nothing kept.
/// </summary>
internal sealed class PassAnswers(
    Fetcher fetcher, Gatekeeper gatekeeper, Invalidations invalidations, InvalidationHorizon horizon,
    UncacheablePredictor predictor, HeadUpdates headUpdates, Responder responder)
{
    /// <summary>Asks the upstream for this request alone and passes its answer on.</summary>
    public async Task AnswerAsync(EdgeRequest request, ForwardReason why, string? detail = null)
    {
        if (request.Peer is not null)
        {
            PeerReply.Decline(request);
            return;
        }
        var context = request.Context;
        var isRead = request.Facts.IsGet || request.IsHead;
        var hasContent = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        var interims = InterimOutput.Of(context);
        var fillSequence = horizon.Sequence; // before the upstream is asked, as for any fill
        var (exchange, fault) = await fetcher.SendAsync(new FetchOrder
        {
            Site = request.Site,
            Key = request.PrimaryKey,
            Method = context.Request.Method,
            Target = request.UpstreamTarget,
            ClientHost = request.Host,
            Fields = request.Site.OriginFields.ForPass(context.Request.Headers),
            Loop = context.Request.Headers["CDN-Loop"],
            Content = hasContent ? context.Request.Body : null,
            MayFailOver = isRead && !hasContent,
            OnInterim = interims is null ? null : interims.SendAsync,
        }, null, context.RequestAborted);
        var status = new CacheStatus { Forward = why, ForwardStatus = exchange?.Status ?? 0,
            Detail = detail };
        if (exchange is null)
        {
            request.Outcome = AnswerOutcome.Failed;
            await Responder.ProblemAsync(request, Responder.ProblemOf(fault), status);
            return;
        }
        using (exchange)
        {
            if (!isRead)
            {
                Invalidate(request, exchange);
            }
            else if (request.IsHead)
            {
                headUpdates.Take(request, exchange, fillSequence);
            }
            else if (why == ForwardReason.Miss && IsStorable(request, exchange))
            {
                predictor.Forget(request.PrimaryKey);
            }
            await PassOnAsync(request, exchange, fillSequence, status);
        }
    }

    private static bool IsStorable(EdgeRequest request, Exchange exchange) => exchange.HasKnownEnd
        && Storability.Judge(request.Facts, exchange.Status, exchange.Headers,
            request.Site.RuleOf(request.Class).Store, exchange.RequestTime, exchange.ResponseTime).IsStored;

    /// <summary>
    /// Whether a purge covers an answer that was asked for before it: who asks after a purge must not get that.
    /// </summary>
    public bool IsOvertaken(EdgeRequest request, Exchange exchange, long fillSequence) =>
        horizon.Judge(FactsOf(request, exchange), fillSequence) == Coverage.Hard;

    /// <summary>Passes an answer on to the client, if this client may have it.</summary>
    public async Task PassOnAsync(EdgeRequest request, Exchange exchange, long fillSequence,
        CacheStatus status)
    {
        request.Outcome = AnswerOutcome.Pass;
        var facts = FactsOf(request, exchange);
        var access = gatekeeper.Judge(request, facts, null);
        if (access != AccessVerdict.Granted)
        {
            request.Outcome = AnswerOutcome.Refused;
            await Responder.ProblemAsync(request, StoredAnswers.ProblemOf(access), status);
            return;
        }
        await responder.ExchangeAsync(request, exchange, facts, fillSequence, status);
    }

    private ObjectFacts FactsOf(EdgeRequest request, Exchange exchange) => FillHead.FactsOf(
        request.Site, request.Address,
        new StoredHead(exchange.Status, exchange.Headers, exchange.RequestTime, exchange.ResponseTime, default),
        horizon);

    /// <summary>
    /// What an unsafe request changed is no longer to be served (RFC 9111 4.4, RFC 9875). By number like any
    /// purge, before the client hears of its success.
    /// </summary>
    private void Invalidate(EdgeRequest request, Exchange exchange)
    {
        var target = new Uri($"{request.Context.Request.Scheme}://{request.Host}{request.UpstreamTarget}");
        foreach (var address in Invalidates.By(request.Facts, exchange.Status, target, exchange.Headers))
        {
            var mark = address.IndexOf('?', StringComparison.Ordinal);
            invalidations.ApplyUnsafe(InvalidationKind.Url,
                $"http://{request.Host}{(mark < 0 ? address : address[..mark])}");
        }
        foreach (var group in CacheGroups.InvalidatedBy(request.Facts, exchange.Headers))
        {
            invalidations.ApplyUnsafe(InvalidationKind.Tag, FillHead.GroupTag(request.Host, group));
        }
    }
}
