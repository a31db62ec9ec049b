using Flickr.Edge.Access;
using Flickr.Edge.Cache;
using Flickr.Edge.Collapse;
using Flickr.Edge.Fetch;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using Flickr.Edge.Keying;
using Flickr.Edge.Sites;
using Flickr.Edge.Status;
using Flickr.Edge.Variants;
using Flickr.Fleet.Invalidations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Respond;

/// <summary>
/// Brings a request and a fill together: join or lead, wait for the head within limits, then answer by what
/// the fill came to.
/// The fill belongs to nobody; a client that leaves only stops waiting.
/// </summary>
internal sealed class FillAnswers(
    FlightTable table, Fills fills, ObjectCache cache, StoredAnswers stored, PassAnswers passes,
    Gatekeeper gatekeeper,
    UncacheablePredictor predictor, InvalidationHorizon horizon, Responder responder, EdgeMetrics metrics,
    IOptions<CollapseOptions> options, IOptions<FetchOptions> fetchOptions, TimeProvider time)
{
    /// <summary>Renews a stored object in the background, unless somebody does already.</summary>
    public void RenewBehind(EdgeRequest request)
    {
        if (table.LeadIfNone(request.Key) is { } flight)
        {
            Lead(flight, request, looksIntoLog: false, isBehind: true);
            flight.Leave();
        }
    }

    /// <summary>Answers through a fill.</summary>
    /// <param name="request">The request.</param>
    /// <param name="found">Stale object at hand, or none.</param>
    /// <param name="finding">How it was judged.</param>
    /// <param name="isKnownAbsentInLog">The log was looked into a moment ago.</param>
    public async Task<Round> AnswerAsync(EdgeRequest request, StoredObject found, Finding finding,
        bool isKnownAbsentInLog)
    {
        var isPlain = !request.Site.IsPhotos;
        if (request.IsHead && isPlain)
        {
            await passes.AnswerAsync(request, found.HasObject ? ForwardReason.Stale : ForwardReason.UriMiss,
                "head");
            return Round.Answered;
        }
        var isAlone = !found.HasObject && predictor.IsUncacheable(request.PrimaryKey);
        if (isAlone && isPlain)
        {
            // Nobody waits for such an answer and nothing of it is kept: it needs no fill. One that could be stored
            // after all is noticed there, and the next request fills again.
            await passes.AnswerAsync(request, ForwardReason.Miss, "predicted");
            return Round.Answered;
        }
        var isPart = request.WantsPart && !found.HasObject;
        var key = isPart
            ? KeyMaker.Part(request.Key, $"{request.Facts.Range}\n{request.Facts.IfRange}")
            : request.Key;
        var isLeader = true;
        var flight = isAlone ? table.Alone(key) : table.JoinOrLead(key, request.Address, out isLeader);
        try
        {
            if (isLeader)
            {
                Lead(flight, request, looksIntoLog: !found.HasObject && !isKnownAbsentInLog && !isAlone
                    && !isPart,
                    isPart);
            }
            else
            {
                metrics.Collapsed();
            }
            var landing = await WaitAsync(flight, request, found, finding, isLeader);
            if (landing is null)
            {
                if (!await stored.TryStaleAsync(request, found, finding, OriginFailure.Slow))
                {
                    await passes.AnswerAsync(request, ForwardReason.Miss, "waited-too-long");
                }
                return Round.Answered;
            }
            return await LandedAsync(request, flight, landing, found, finding, isLeader);
        }
        finally
        {
            flight.Leave();
        }
    }

    private void Lead(Flight flight, EdgeRequest request, bool looksIntoLog, bool isPart = false,
        bool isBehind = false)
    {
        // The fill has a lease of its own: this request may be gone long before it ends.
        cache.TryGet(request.Key, out var own);
        if (own.HasObject && (own.Head.IsVaryMarker
            || horizon.Judge(own.Head.Facts, own.FillSequence) == Coverage.Hard))
        {
            own.Dispose();
            own = default;
        }
        fills.Start(flight, OrderOf(request, looksIntoLog, isPart) with { IsBehind = isBehind }, own);
    }

    /// <summary>The landing, or null when waiting on is worse than what else there is.</summary>
    private async Task<Landing?> WaitAsync(
        Flight flight, EdgeRequest request, StoredObject found, Finding finding, bool isLeader)
    {
        if (flight.Landed.IsCompletedSuccessfully)
        {
            return flight.Landed.Result;
        }
        var limit = found.HasObject && stored.MayStale(request, found, finding, OriginFailure.Slow)
            ? fetchOptions.Value.SoftDeadline
            : isLeader ? Timeout.InfiniteTimeSpan : options.Value.ReaderWaitMax;
        try
        {
            var landed = flight.Landed.WaitAsync(limit, time, request.Context.RequestAborted);
            if (InterimOutput.Of(request.Context) is { } output)
            {
                await PassInterimsAsync(flight, landed, output);
            }
            return await landed;
        }
        catch (TimeoutException)
        {
            metrics.WaitedTooLong();
            return null;
        }
    }

    /// <summary>
    /// Passes interim answers on while the head is waited for: on the request's own turn, so that none can come
    /// into the midst of an answer.
    /// </summary>
    private static async Task PassInterimsAsync(Flight flight, Task landed, InterimOutput output)
    {
        var told = 0;
        while (true)
        {
            var isOver = landed.IsCompleted;
            for (var interims = flight.Interims; told < interims.Length; told++)
            {
                await output.SendAsync(interims[told]);
            }
            if (isOver)
            {
                return;
            }
            await Task.WhenAny(landed, flight.MoreThan(told));
        }
    }

    private async Task<Round> LandedAsync(EdgeRequest request, Flight flight, Landing landing,
        StoredObject found,
        Finding finding, bool isLeader)
    {
        switch (landing.Outcome)
        {
            case FillOutcome.Storing:
                return await StoringAsync(request, flight, landing, isLeader);
            case FillOutcome.SharedError:
                if (!await stored.TryStaleAsync(request, found, finding, OriginFailure.ServerError))
                {
                    await ErrorAsync(request, landing, isLeader);
                }
                return Round.Answered;
            case FillOutcome.Uncacheable:
                await UncacheableAsync(request, flight, landing);
                return Round.Answered;
            case FillOutcome.Revalidated when found.HasObject && !finding.IsDead:
                return await RenewedAsync(request, flight, landing, found, isLeader);
            case FillOutcome.Revalidated:
                return Round.Again;
            case FillOutcome.InCache:
                return Round.AgainWithLog;
            default:
                var failure = landing.Fault is FillFault.HeadTimeout or FillFault.Stalled
                    ? OriginFailure.Timeout
                    : OriginFailure.Unreachable;
                if (!await stored.TryStaleAsync(request, found, finding, failure))
                {
                    request.Outcome = AnswerOutcome.Failed;
                    await Responder.ProblemAsync(request, Responder.ProblemOf(landing.Fault),
                        StatusOf(landing, isLeader));
                }
                return Round.Answered;
        }
    }

    private async Task<Round> StoringAsync(EdgeRequest request, Flight flight, Landing landing, bool isLeader)
    {
        var head = landing.Head!;
        if (!isLeader && landing.Vary.Fields.Count > 0
            && VariantKey.For(landing.Vary, request.Context.Request.Headers,
            request.Site.IsPhotos) != landing.Variant)
        {
            return Round.Again;
        }
        if (horizon.Judge(head.Facts, flight.FillSequence) == Coverage.Hard)
        {
            // a purge has overtaken the fill: its bytes are not for anyone who asks after it
            return Round.Again;
        }
        var access = gatekeeper.Judge(request, head.Facts, null);
        if (access != AccessVerdict.Granted)
        {
            await RefuseAsync(request, access);
            return Round.Answered;
        }
        using var reader = FlightReader.TryOpen(landing.Body!);
        if (reader is null)
        {
            return Round.Again;
        }
        request.Outcome = isLeader ? AnswerOutcome.Miss : AnswerOutcome.Collapsed;
        // The leader hears the origin's own Age; to a follower the answer is a stored one, and says how old
        // it is.
        var isFirstHand = isLeader && !landing.IsFromPeer;
        if (isFirstHand && landing.OriginAge is { } originAge)
        {
            request.Context.Response.Headers.Age = originAge;
        }
        await responder.ObjectAsync(request, head, new BodySource(reader), LengthOf(landing.Body!),
            flight.FillSequence,
            isFirstHand ? null : Reuse.AgeOf(head.Http, time.GetUtcNow()), StatusOf(landing, isLeader));
        return Round.Answered;
    }

    private async Task<Round> RenewedAsync(
        EdgeRequest request, Flight flight, Landing landing, StoredObject found, bool isLeader)
    {
        if (horizon.Judge(landing.Head!.Facts, flight.FillSequence) == Coverage.Hard)
        {
            return Round.Again;
        }
        var access = gatekeeper.Judge(request, landing.Head.Facts, null);
        if (access != AccessVerdict.Granted)
        {
            await RefuseAsync(request, access);
            return Round.Answered;
        }
        await stored.RenewedAsync(request, found, landing.Head, !isLeader);
        return Round.Answered;
    }

    private async Task ErrorAsync(EdgeRequest request, Landing landing, bool isLeader)
    {
        request.Outcome = AnswerOutcome.Error;
        if (request.Site.IsPhotos)
        {
            // What our own storage says of itself is not for clients.
            await Responder.ProblemAsync(request, Problem.UpstreamUnreachable, StatusOf(landing, isLeader));
            return;
        }
        using var reader = FlightReader.TryOpen(landing.Body!);
        if (reader is null)
        {
            await Responder.ProblemAsync(request, Problem.UpstreamUnreachable, StatusOf(landing, isLeader));
            return;
        }
        await responder.ObjectAsync(request, landing.Head!, new BodySource(reader), LengthOf(landing.Body!),
            0, null,
            StatusOf(landing, isLeader));
    }

    private async Task UncacheableAsync(EdgeRequest request, Flight flight, Landing landing)
    {
        using var exchange = landing.Claim();
        if (exchange is null || passes.IsOvertaken(request, exchange, flight.FillSequence))
        {
            await passes.AnswerAsync(request, ForwardReason.Miss, "uncacheable");
            return;
        }
        await passes.PassOnAsync(request, exchange, flight.FillSequence, new CacheStatus
        {
            Forward = ForwardReason.UriMiss,
            ForwardStatus = exchange.Status,
            Detail = landing.Reason == NoStoreReason.None ? "not-stored" : Kebab(landing.Reason),
        });
    }

    private static async Task RefuseAsync(EdgeRequest request, AccessVerdict access)
    {
        request.Outcome = AnswerOutcome.Refused;
        await Responder.ProblemAsync(request, StoredAnswers.ProblemOf(access));
    }

    /// <summary>A body that is complete has a length even when none was announced.</summary>
    private static long? LengthOf(FlightBody body) => body.Length ?? (body.IsComplete ? body.Published
        : null);

    private static CacheStatus StatusOf(Landing landing, bool isLeader) => new()
    {
        Forward = landing.Vary.Fields.Count > 0 ? ForwardReason.VaryMiss : ForwardReason.UriMiss,
        ForwardStatus = landing.ForwardStatus,
        IsStored = landing is { Outcome: FillOutcome.Storing, IsKept: true },
        IsCollapsed = !isLeader,
        Detail = landing.Outcome == FillOutcome.Failed ? Kebab(landing.Fault) : landing.IsFromPeer ? "peer" : null,
    };

    private static FillOrder OrderOf(EdgeRequest request, bool looksIntoLog, bool isPart)
    {
        var fields = new HeaderDictionary();
        foreach (var (name, value) in request.Context.Request.Headers)
        {
            fields[name] = value;
        }
        return new FillOrder
        {
            Site = request.Site,
            Class = request.Class,
            Address = request.Address,
            PrimaryKey = request.PrimaryKey,
            Request = request.IsHead ? request.Facts with { Method = HttpMethods.Get } : request.Facts,
            Fields = fields,
            Version = request.Version,
            LooksIntoLog = looksIntoLog,
            IsPart = isPart,
            // A third edge is never asked: one hop.
            PeerTarget = isPart || request.Peer is not null ? null : RequestReader.PeerTargetOf(request),
            Fetch = new FetchOrder
            {
                Site = request.Site,
                Key = request.PrimaryKey,
                Method = HttpMethods.Get,
                Target = request.UpstreamTarget,
                ClientHost = request.Host,
                Fields = isPart ? WithRange(request)
                    : request.Site.OriginFields.ForFill(request.Context.Request.Headers),
                Loop = request.Context.Request.Headers["CDN-Loop"],
                MayFailOver = true,
            },
        };
    }

    private static HeaderBlock WithRange(EdgeRequest request)
    {
        var fields = request.Site.OriginFields.ForFill(request.Context.Request.Headers)
            .With("Range", request.Facts.Range!);
        return request.Facts.IfRange is { } condition ? fields.With("If-Range", condition) : fields;
    }

    private static string Kebab<T>(T value)
        where T : struct, Enum => string.Concat(value.ToString().Select(
            (letter, at) => char.IsUpper(letter) ? (at > 0 ? "-"
            : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
