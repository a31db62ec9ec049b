using Flickr.Edge.Access;
using Flickr.Edge.Cache.Memory;
using Flickr.Edge.Cache.WhatIf;
using Flickr.Edge.Collapse;
using Flickr.Edge.Explain;
using Flickr.Edge.Fetch;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Edge.Status;
using Flickr.Tokens.Paths;
using Microsoft.AspNetCore.Http.Features;

namespace Flickr.Edge;

/// <summary>
/// The file to read first. The steps of a request, in order: route the site → canonicalise the raw target →
/// class and key → token, revocation and freshness bound → RAM → failure memory → flight (log tier, fill) →
/// respond → account.
/// </summary>
internal sealed class EdgePipeline(
    LiveSites sites, TokenDoor door, StoredAnswers stored, FillAnswers fills, PassAnswers passes,
    FailureMemory failures, Responder responder, RequestLog requests, WhatIfSimulator whatIf, EdgeMetrics metrics, TimeProvider time,
    ILogger<EdgePipeline> log)
{
    // A purge, a variant or the log tier can send a request round again; each round starts from what is known
    // by then.
    private const int RoundsMax = 6;

    /// <summary>Answers one request of the public listener.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var startedAt = time.GetTimestamp();
        metrics.Opened();
        EdgeRequest? request = null;
        try
        {
            request = await ReadAsync(context, startedAt);
            if (request is not null)
            {
                await AnswerAsync(request);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            request?.Outcome = AnswerOutcome.Aborted;
        }
        catch (BadHttpRequestException exception)
        {
            await BrokeAsync(context, request, AnswerOutcome.Refused,
                Problem.ContentBroken with { Status = exception.StatusCode });
        }
        catch (Exception exception)
        {
            EdgeLog.AnswerBroke(log, exception);
            await BrokeAsync(context, request, AnswerOutcome.Failed, Problem.Internal);
        }
        finally
        {
            request?.Transfer?.Dispose();
            var took = time.GetElapsedTime(startedAt);
            metrics.Answered(request?.Class ?? ObjectClass.Plain, request?.Outcome ?? AnswerOutcome.Refused,
                took,
                request?.SentBytes ?? 0);
            requests.Add(context, request, took);
            if (request is { Outcome: >= AnswerOutcome.Hit and <= AnswerOutcome.Collapsed, SentBytes: > 0 }
                && context.Response.StatusCode == StatusCodes.Status200OK)
            {
                // Whole answers only: of a part or of a 304 the size of the object is not known here.
                whatIf.Record(request.Key, request.SentBytes + MemoryTier.ObjectMetadataBytes);
            }
        }
    }

    /// <summary>Site, loop, target: null when the request was refused.</summary>
    private async Task<EdgeRequest?> ReadAsync(HttpContext context, long startedAt)
    {
        var hostHeader = context.Request.Headers.Host.ToString();
        if (sites.Current.Find(hostHeader) is not { } site)
        {
            await Responder.ProblemAsync(context, Problem.SiteUnknown);
            return null;
        }
        var loop = context.Request.Headers["CDN-Loop"];
        if (loop.Count > 0 && CdnLoop.CountOf(loop, Fetcher.CdnId) != 0)
        {
            await Responder.ProblemAsync(context,
                CdnLoop.CountOf(loop, Fetcher.CdnId) < 0 ? Problem.BadLoopField : Problem.LoopDetected);
            return null;
        }
        var rawTarget = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!CanonicalTarget.TryParse(rawTarget, out var target, out _))
        {
            await Responder.ProblemAsync(context, Problem.PathNotCanonical);
            return null;
        }
        return RequestReader.Read(context, site, hostHeader.ToLowerInvariant(), rawTarget, target, startedAt);
    }

    private async Task AnswerAsync(EdgeRequest request)
    {
        var isRead = request.Facts.IsGet || request.IsHead;
        if (!isRead && (request.Site.IsPhotos || request.Site.Access == SiteAccess.Token))
        {
            await RefuseAsync(request, Problem.MethodRefused);
            return;
        }
        var verdict = await door.AdmitAsync(request);
        if (verdict != AccessVerdict.Granted)
        {
            await RefuseAsync(request, StoredAnswers.ProblemOf(verdict));
            return;
        }
        if (!isRead)
        {
            await passes.AnswerAsync(request, ForwardReason.Method);
            return;
        }
        await AnswerRoundsAsync(request);
    }

    /// <summary>Answers an admitted read, or the ask of another edge, in as many rounds as it takes.</summary>
    public async Task AnswerRoundsAsync(EdgeRequest request)
    {
        var looksIntoLog = false;
        for (var round = 0; round < RoundsMax; round++)
        {
            var next = await RoundAsync(request, looksIntoLog);
            if (next == Round.Answered)
            {
                return;
            }
            looksIntoLog = next == Round.AgainWithLog;
        }
        await passes.AnswerAsync(request, ForwardReason.Miss, "no-agreement");
    }

    /// <summary>One look at the cache, then at the failure memory, then a fill.</summary>
    private async Task<Round> RoundAsync(EdgeRequest request, bool looksIntoLog)
    {
        using var found = await stored.FindAsync(request, looksIntoLog);
        var finding = found.HasObject ? stored.Judge(request, found) : default;
        if (finding.Refusal is { } refusal)
        {
            await RefuseAsync(request, refusal);
            return Round.Answered;
        }
        if (finding.IsServed)
        {
            if (finding.RenewsBehind && failures.Answer(request.Key) is null)
            {
                fills.RenewBehind(request);
            }
            await stored.AnswerAsync(request, found, found.Head, finding);
            return Round.Answered;
        }
        if (!found.HasObject && request.WantsPart)
        {
            if (await stored.TryPartAsync(request))
            {
                return Round.Answered;
            }
            if (!looksIntoLog)
            {
                return Round.AgainWithLog; // the whole may lie there, and goes before asking for a part
            }
        }
        var site = request.Site;
        if (request.Facts.Directives.OnlyIfCached
            && site.RuleOf(request.Class).Store.HonoursRequestDirectives)
        {
            await RefuseAsync(request, Problem.OnlyIfCached);
            return Round.Answered;
        }
        if (failures.Answer(request.Key) is { } failure)
        {
            if (!await stored.TryStaleAsync(request, found, finding,
                failure.Head is null ? OriginFailure.Unreachable : OriginFailure.ServerError))
            {
                request.Outcome = AnswerOutcome.Error;
                await responder.SharedAsync(request, failure,
                    new CacheStatus { IsHit = true, Detail = "negative" });
            }
            return Round.Answered;
        }
        return await fills.AnswerAsync(request, found, finding, isKnownAbsentInLog: looksIntoLog);
    }

    private static async Task RefuseAsync(EdgeRequest request, Problem problem)
    {
        request.Outcome = AnswerOutcome.Refused;
        await Responder.ProblemAsync(request, problem);
    }

    private static async Task BrokeAsync(HttpContext context, EdgeRequest? request, AnswerOutcome outcome,
        Problem problem)
    {
        request?.Outcome = outcome;
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.Clear();
        await Responder.ProblemAsync(context, problem);
    }
}
