using System.Globalization;
using System.Text;
using Flickr.Edge.Cache;
using Flickr.Edge.Collapse;
using Flickr.Edge.Conditions;
using Flickr.Edge.Fetch;
using Flickr.Edge.Headers;
using Flickr.Edge.Leases;
using Flickr.Edge.Peers;
using Flickr.Edge.Ranges;
using Flickr.Edge.Status;
using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Respond;

/// <summary>
/// Turns what was found, filled or failed into the answer on the connection: conditions, ranges, HEAD, body.
/// </summary>
internal sealed class Responder(InvalidationHorizon horizon, Transfers transfers, EdgeMetrics metrics,
    TimeProvider time)
{
    /// <summary>Answers from an object whose body is <paramref name="source"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="head">Head to answer with; after a 304 it is newer than the stored one.</param>
    /// <param name="source">The body.</param>
    /// <param name="length">Length of the body; null while it is not known.</param>
    /// <param name="fillSequence">Sequence of the fill, for the guard.</param>
    /// <param name="age">Age to state; null leaves the origin's.</param>
    /// <param name="status">What Cache-Status says.</param>
    public async Task ObjectAsync(EdgeRequest request, ObjectHead head, BodySource source, long? length,
        long fillSequence,
        TimeSpan? age, CacheStatus status)
    {
        if (request.Peer is { } peer)
        {
            if (peer.WriteHead(request, head, length, fillSequence))
            {
                await BodyAsync(request, head, source, 0, length, fillSequence);
            }
            return;
        }
        var response = request.Context.Response;
        var now = time.GetUtcNow();
        var condition = Conditional.Judge(request.Facts, head.Http);
        if (condition != ConditionVerdict.Proceed)
        {
            var isNotModified = condition == ConditionVerdict.NotModified;
            response.StatusCode = isNotModified ? 304 : 412;
            ClientHead.Write(request, isNotModified ? Conditional.HeadersOf304(head.Http) : HeaderBlock.Empty,
                head.Facts.IsPrivate, age, now);
            ClientHead.WriteStatus(request, status);
            return;
        }
        if (head.Http.Status < 300 && await transfers.EnterAsync(request) is { } refusal)
        {
            await RefuseAsync(request, refusal);
            return;
        }
        response.StatusCode = head.Http.Status;
        ClientHead.Write(request, head.Http.Headers, head.Facts.IsPrivate, age, now);
        ClientHead.WriteStatus(request, status);
        ClientHead.WriteAcceptRanges(response.Headers, head.Http);
        var plan = length is { } whole && head.Http.Status == 200 && request.Facts.Range is not null
            ? RangePlan.For(request.Facts, head.Http, whole)
            : null;
        if (plan is not null && plan.Answer != RangeAnswer.Whole)
        {
            await PartsAsync(request, head, source, plan, fillSequence);
            return;
        }
        if (length is not null && MayHaveLength(head.Http.Status))
        {
            response.ContentLength = length;
        }
        if (!request.IsHead)
        {
            await BodyAsync(request, head, source, 0, length, fillSequence);
        }
    }

    /// <summary>
    /// Answers from a stored part, if it holds all the ranges asked for and no condition stands in the way.
    /// True
    /// when it did.
    /// </summary>
    public async Task<bool> PartAsync(EdgeRequest request, ObjectHead head, BodySource source,
        ContentRange held,
        long fillSequence, TimeSpan age, CacheStatus status)
    {
        var plan = RangePlan.For(request.Facts, head.Http, held.Complete);
        if (plan.Answer is not (RangeAnswer.Single or RangeAnswer.Multi)
            || !plan.Slices.All(slice => held.Holds(slice))
            || Conditional.Judge(request.Facts, head.Http) != ConditionVerdict.Proceed)
        {
            return false;
        }
        ClientHead.Write(request, head.Http.Headers.Without("Content-Range"), head.Facts.IsPrivate, age,
            time.GetUtcNow());
        ClientHead.WriteStatus(request, status);
        await PartsAsync(request, head, source, plan, fillSequence, held.First);
        return true;
    }

    /// <summary>Passes an answer of the upstream through, as it comes.</summary>
    /// <param name="request">The request.</param>
    /// <param name="exchange">The answer; stays the caller's.</param>
    /// <param name="facts">What is known of its object.</param>
    /// <param name="fillSequence">Invalidation sequence read before the upstream was asked.</param>
    /// <param name="status">What Cache-Status says.</param>
    public async Task ExchangeAsync(EdgeRequest request, Exchange exchange, ObjectFacts facts,
        long fillSequence, CacheStatus status)
    {
        if (request.Peer is not null)
        {
            PeerReply.Decline(request);
            return;
        }
        if (exchange.Status is >= 200 and < 300 && await transfers.EnterAsync(request) is { } refusal)
        {
            await RefuseAsync(request, refusal);
            return;
        }
        var context = request.Context;
        context.Response.StatusCode = exchange.Status;
        ClientHead.Write(request, HopByHop.Strip(exchange.Headers), facts.IsPrivate, null, time.GetUtcNow());
        ClientHead.WriteStatus(request, status);
        if (exchange.Length is not null && MayHaveLength(exchange.Status))
        {
            context.Response.ContentLength = exchange.Length;
        }
        if (request.IsHead || exchange.Status is 204 or 304)
        {
            return;
        }
        if (!exchange.HasKnownEnd)
        {
            context.Response.Headers.Connection = "close";
        }
        try
        {
            var guard = new TransferGuard(horizon, request.Site, request.Grant, facts, fillSequence);
            if (!await CopyAsync(request, exchange, guard, context.RequestAborted))
            {
                Cut(request, FillFault.Truncated);
            }
        }
        catch (FillCutException cut)
        {
            Cut(request, cut.Fault);
        }
    }

    /// <summary>Answers a kept failure.</summary>
    public async Task SharedAsync(EdgeRequest request, SharedAnswer answer, CacheStatus status)
    {
        if (answer.Head is not { } head || request.Site.IsPhotos)
        {
            await ProblemAsync(request, ProblemOf(answer.Fault), status);
            return;
        }
        var response = request.Context.Response;
        response.StatusCode = head.Http.Status;
        ClientHead.Write(request, head.Http.Headers, false, null, time.GetUtcNow());
        ClientHead.WriteStatus(request, status);
        response.ContentLength = answer.Body.Length;
        if (!request.IsHead)
        {
            await response.BodyWriter.WriteAsync(answer.Body, request.Context.RequestAborted);
            request.SentBytes += answer.Body.Length;
        }
    }

    private static Task RefuseAsync(EdgeRequest request, Problem refusal)
    {
        request.Outcome = AnswerOutcome.Refused;
        return ProblemAsync(request, refusal);
    }

    /// <summary>Answers a refusal or failure.</summary>
    public static async Task ProblemAsync(EdgeRequest request, Problem problem, CacheStatus? status = null)
    {
        request.Problem = problem.Name;
        ClientHead.WriteStatus(request, status ?? new CacheStatus { Detail = problem.Name });
        request.SentBytes += await ProblemAsync(request.Context, problem);
    }

    /// <summary>Answers a refusal before there is a site or a target. Returns the bytes sent.</summary>
    public static async Task<int> ProblemAsync(HttpContext context, Problem problem)
    {
        var body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"type":"urn:flickr:problem:{{problem.Name}}","title":"{{problem.Title}}","status":{{problem.Status}}}"""));
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = body.Length;
        if (problem.RetryAfterSeconds > 0)
        {
            response.Headers.RetryAfter = problem.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
        if (problem.Status == 405)
        {
            response.Headers.Allow = "GET, HEAD";
        }
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return 0;
        }
        await response.BodyWriter.WriteAsync(body, context.RequestAborted);
        return body.Length;
    }

    /// <summary>The problem that stands for a fault.</summary>
    public static Problem ProblemOf(FillFault fault) => fault switch
    {
        FillFault.HeadTimeout or FillFault.Stalled => Problem.UpstreamTimeout,
        FillFault.Malformed or FillFault.DigestMismatch => Problem.UpstreamMalformed,
        FillFault.Internal => Problem.Internal,
        FillFault.Stopping => Problem.Draining,
        _ => Problem.UpstreamUnreachable,
    };

    private async Task PartsAsync(EdgeRequest request, ObjectHead head, BodySource source, RangePlan plan,
        long fillSequence, long firstByte = 0)
    {
        var response = request.Context.Response;
        response.StatusCode = plan.Answer == RangeAnswer.Unsatisfiable ? 416 : 206;
        response.ContentLength = plan.ContentLength;
        if (plan.ContentRange is { } contentRange)
        {
            response.Headers.ContentRange = contentRange;
        }
        if (plan.ContentType is { } contentType)
        {
            response.ContentType = contentType;
        }
        if (request.IsHead)
        {
            return;
        }
        foreach (var slice in plan.Slices)
        {
            if (!slice.Preamble.IsEmpty)
            {
                await response.BodyWriter.WriteAsync(slice.Preamble, request.Context.RequestAborted);
            }
            if (!await BodyAsync(request, head, source, slice.Offset - firstByte, slice.Length, fillSequence))
            {
                return;
            }
        }
        if (!plan.Epilogue.IsEmpty)
        {
            await response.BodyWriter.WriteAsync(plan.Epilogue, request.Context.RequestAborted);
        }
    }

    /// <summary>Sends bytes of the body. False: the answer was cut.</summary>
    private async Task<bool> BodyAsync(
        EdgeRequest request, ObjectHead head, BodySource source, long offset, long? length, long fillSequence)
    {
        try
        {
            var guard = new TransferGuard(horizon, request.Site, request.Grant, head.Facts, fillSequence);
            var sent = await source.SendAsync(
                request.Context.Response, offset, length, guard, request.Context.RequestAborted);
            request.SentBytes += sent;
            if (length is { } asked && sent < asked)
            {
                Cut(request, FillFault.Truncated);
                return false;
            }
            return true;
        }
        catch (FillCutException cut)
        {
            Cut(request, cut.Fault);
            return false;
        }
    }

    /// <summary>Copies the body to its end. False: the guard cut, or the client left.</summary>
    private static async Task<bool> CopyAsync(EdgeRequest request, Exchange exchange, TransferGuard guard,
        CancellationToken cancellationToken)
    {
        var writer = request.Context.Response.BodyWriter;
        while (true)
        {
            var count = await exchange.ReadAsync(writer.GetMemory(16 << 10), cancellationToken);
            if (count == 0)
            {
                return true;
            }
            writer.Advance(count);
            request.SentBytes += count;
            if ((await writer.FlushAsync(cancellationToken)).IsCompleted || guard.MustCut(count))
            {
                return false;
            }
        }
    }

    /// <summary>A cut body must look cut: the connection is reset, never ended cleanly.</summary>
    private void Cut(EdgeRequest request, FillFault fault)
    {
        request.Outcome = AnswerOutcome.Aborted;
        request.Problem ??= fault.ToString();
        metrics.Aborted();
        request.Context.Abort();
    }

    private static bool MayHaveLength(int status) => status is not (204 or 304) and >= 200;
}
