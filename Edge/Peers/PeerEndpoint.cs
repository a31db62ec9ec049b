using Flickr.Edge.Fetch;
using Flickr.Edge.Headers;
using Flickr.Edge.Leases;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens.Paths;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Peers;

/// <summary>
/// What the listener for peers answers: objects, and leases of viewers. Nothing without the seal of the fleet. A sealed
/// ask is answered without a token, for the asking edge judges token, epoch and visibility itself, before it asks and
/// again by the head it gets; it is answered from here or from the origin, never by a third edge.
/// </summary>
internal sealed class PeerEndpoint(PeerMap map, PeerCalls calls, HotKeys hotKeys, PeerMetrics metrics,
    LiveSites sites, EdgePipeline pipeline, LeaseEndpoint leases, HorizonJournal journal,
    IOptions<PeerOptions> options, TimeProvider time, ILogger<PeerEndpoint> log)
{
    private int _open;

    /// <summary>Answers one request of the listener for peers.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception exception)
        {
            EdgeLog.AnswerBroke(log, exception);
            context.Abort();
        }
    }

    /// <summary>Refuses what came in on another listener with a peer's field: a wrong address, or somebody posing.</summary>
    public static async Task RefuseAsync(HttpContext context) =>
        await Responder.ProblemAsync(context, Problem.LoopDetected);

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var rawTarget = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var question = new PeerQuestion(context.Request.Method, headers.Host.ToString(), rawTarget,
            PeerFills.ConditionsOf(Joined(headers.IfNoneMatch), Joined(headers.IfModifiedSince)));
        var ask = headers[PeerSeal.AskField];
        if (ask.Count != 1
            || calls.Seal?.AskerOf(ask, map.Current.Self, time.GetUtcNow(), question) is not { } asker)
        {
            metrics.Replied(PeerReplyResult.Refused);
            await Responder.ProblemAsync(context, Problem.PeerRefused);
            return;
        }
        if (HttpMethods.IsPost(context.Request.Method))
        {
            await leases.AnswerAsync(context, asker, rawTarget);
            return;
        }
        if (CdnLoop.CountOf(headers["CDN-Loop"], Fetcher.CdnId) != 1)
        {
            metrics.Replied(PeerReplyResult.Loop);
            await Responder.ProblemAsync(context, Problem.LoopDetected);
            return;
        }
        if (Interlocked.Increment(ref _open) > options.Value.AnswersMax)
        {
            Interlocked.Decrement(ref _open);
            metrics.Replied(PeerReplyResult.Busy);
            await Responder.ProblemAsync(context, Problem.PeerBusy);
            return;
        }
        try
        {
            await ObjectAsync(context, question, ask.ToString());
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task ObjectAsync(HttpContext context, PeerQuestion question, string ask)
    {
        context.Request.Headers.Remove(PeerSeal.AskField); // between edges only: no origin sees it
        if (sites.Current.Find(question.Host) is not { } site
            || !CanonicalTarget.TryParse(question.Target, out var target, out _))
        {
            metrics.Replied(PeerReplyResult.Declined);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var request = RequestReader.Read(context, site, question.Host.ToLowerInvariant(), question.Target, target,
            time.GetTimestamp());
        var isHot = hotKeys.Add(request.PrimaryKey) >= options.Value.HotAsks;
        request.Peer = new PeerReply(calls.Seal!, ask, journal.Term, isHot);
        try
        {
            await pipeline.AnswerRoundsAsync(request);
        }
        finally
        {
            metrics.Replied(request.Peer.Result);
        }
    }

    private static string? Joined(Microsoft.Extensions.Primitives.StringValues values) =>
        values.Count == 0 ? null : string.Join(", ", values.ToArray());
}
