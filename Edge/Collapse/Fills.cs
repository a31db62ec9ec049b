using Flickr.Edge.Cache;
using Flickr.Edge.Conditions;
using Flickr.Edge.Fetch;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using Flickr.Edge.Keying;
using Flickr.Edge.Peers;
using Flickr.Edge.Ranges;
using Flickr.Edge.Variants;
using Flickr.Fleet.Invalidations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Collapse;

/// <summary>
/// Runs fills, each a task of its own that lives as long as the program, not as long as the request that
/// began it: look into the log → ask → judge the head → land → body → store → leave the table.
/// </summary>
internal sealed class Fills(
    FlightTable table, ObjectCache cache, Fetcher fetcher, UncacheablePredictor predictor,
        FailureMemory failures, PeerFills peers, PeerMetrics peerMetrics,
    InvalidationHorizon horizon, Spool spool, IOptions<CollapseOptions> options,
        IOptions<FetchOptions> fetchOptions,
    EdgeMetrics metrics, TimeProvider time, ILogger<Fills> log, IHostApplicationLifetime lifetime)
{
    private const int SharedErrorBytesMax = 64 << 10;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    /// <summary>Never below what RAM keeps, so that a body for RAM is whole in memory at its end.</summary>
    private long WindowBytes => Math.Max(options.Value.WindowBytes, cache.MemoryObjectBytesMax);

    /// <summary>Lets a fill go. The flight lands in any case.</summary>
    /// <param name="flight">New, entered by the caller.</param>
    /// <param name="order">What to fill.</param>
    /// <param name="stale">Stored object to renew, whose lease the fill takes over; default for none.</param>
    public void Start(Flight flight, FillOrder order, StoredObject stale)
    {
        flight.TryEnter();
        metrics.FillStarted();
        _ = Task.Run(() => RunAsync(flight, order, stale), CancellationToken.None);
    }

    private async Task RunAsync(Flight flight, FillOrder order, StoredObject stale)
    {
        try
        {
            await FillAsync(flight, order, stale, lifetime.ApplicationStopped);
        }
        catch (OperationCanceledException)
        {
            flight.TryLand(new Landing { Outcome = FillOutcome.Failed, Fault = FillFault.Stopping });
        }
        catch (Exception exception)
        {
            metrics.FillFailed(FillFault.Internal);
            EdgeLog.FillBroke(log, exception);
            flight.TryLand(new Landing { Outcome = FillOutcome.Failed, Fault = FillFault.Internal });
        }
        finally
        {
            table.Remove(flight);
            flight.Leave();
            stale.Dispose();
            metrics.FillEnded();
        }
    }

    private async Task FillAsync(Flight flight, FillOrder order, StoredObject stale,
        CancellationToken cancellationToken)
    {
        // A: asked the failure memory, nothing. B: its fill fails, is remembered, leaves the table. A: leads. What B left must
        // be seen now, or A asks a dead upstream once more. It is: a failure is remembered before its flight leaves.
        if (failures.Answer(flight.Key) is not null
            || (order.LooksIntoLog && await IsInLogAsync(flight, cancellationToken)))
        {
            flight.TryLand(new Landing { Outcome = FillOutcome.InCache });
            return;
        }
        var conditions = stale.HasObject ? Conditional.ForRevalidation(stale.Head.Http) : HeaderBlock.Empty;
        var fetch = order.Fetch with { OnInterim = flight.HearAsync };
        if (conditions.Count > 0)
        {
            fetch = fetch with { Fields = HeaderBlock.Of(fetch.Fields.Concat(conditions)) };
        }
        var (exchange, fault) = await peers.AskAsync(flight, order, fetch.Fields, cancellationToken) is { } given
            ? new FetchResult(given, FillFault.None)
            : await fetcher.SendAsync(fetch, null, cancellationToken);
        if (exchange is { Status: 304 } && conditions.Count > 0)
        {
            using (exchange)
            {
                if (Renew(flight, order, stale, exchange))
                {
                    return;
                }
            }
            (exchange, fault) = await fetcher.SendAsync(order.Fetch with { OnInterim = flight.HearAsync }, null,
                cancellationToken);
        }
        if (exchange is null)
        {
            metrics.FillFailed(fault);
            failures.Remember(flight.Key, new SharedAnswer(null, default, fault), order.Site.ErrorLifetime);
            flight.TryLand(new Landing { Outcome = FillOutcome.Failed, Fault = fault });
            return;
        }
        await TakeAsync(flight, order, exchange, stale, cancellationToken);
    }

    private async ValueTask<bool> IsInLogAsync(Flight flight, CancellationToken cancellationToken)
    {
        using var found = await cache.ReadLogAsync(flight.Key, cancellationToken);
        return found.HasObject
            && horizon.Judge(found.Head.Facts, found.FillSequence) != Coverage.Hard;
    }

    /// <summary>The stored object is good again. False: the 304 does not fit it.</summary>
    private bool Renew(Flight flight, FillOrder order, StoredObject stale, Exchange exchange)
    {
        var rules = order.Site.RuleOf(order.Class).Store;
        var http = StoredUpdate.From304(stale.Head.Http, exchange.Headers, order.Request, rules,
            exchange.RequestTime, exchange.ResponseTime, out var decision);
        if (http is null)
        {
            return false;
        }
        var head = FillHead.Of(order, http, horizon);
        if (!decision.IsStored)
        {
            cache.Remove(stale, flight.Key);
        }
        else if (!cache.TryRefresh(stale, head, flight.FillSequence))
        {
            metrics.NotRefreshed();
        }
        failures.Forget(flight.Key);
        metrics.Revalidated();
        flight.TryLand(new Landing
        {
            Outcome = FillOutcome.Revalidated,
            Head = head,
            Reason = decision.Reason,
            ForwardStatus = 304,
        });
        return true;
    }

    private async Task TakeAsync(Flight flight, FillOrder order, Exchange exchange, StoredObject stale,
        CancellationToken cancellationToken)
    {
        var rule = order.Site.RuleOf(order.Class);
        var decision = Storability.Judge(order.Request, exchange.Status, exchange.Headers, rule.Store,
            exchange.RequestTime, exchange.ResponseTime);
        var isStored = decision.IsStored && exchange.HasKnownEnd && IsWhatWasAsked(order, exchange)
            && !(exchange.Length > rule.ObjectBytesMax) && FillHead.IsVersion(order, exchange)
            && !IsStoodInFor(exchange, order, stale, rule.Store);
        if (isStored)
        {
            failures.Forget(flight.Key);
            await StoreAsync(flight, order, exchange, decision.Lifetimes, cancellationToken);
        }
        else if (StaleOnError.IsFailure(exchange.Status))
        {
            await ShareErrorAsync(flight, order, exchange, decision, cancellationToken);
        }
        else
        {
            predictor.Remember(order.PrimaryKey);
            table.Remove(flight);
            metrics.Uncacheable(decision.Reason);
            flight.TryLand(new Landing
            {
                Outcome = FillOutcome.Uncacheable,
                Reason = decision.Reason,
                Unclaimed = exchange,
                ForwardStatus = exchange.Status,
            });
        }
    }

    /// <summary>
    /// An error that may itself be stored (a 503 with <c>no-cache</c> and a tag, say) would otherwise drive out
    /// the stale answer that RFC 5861 section 4 lets stand in for it.
    /// </summary>
    private bool IsStoodInFor(Exchange exchange, FillOrder order, StoredObject stale, StoreRules rules) =>
        StaleOnError.IsFailure(exchange.Status) && stale.HasObject
        && StaleOnError.May(stale.Head.Http, order.Request, OriginFailure.ServerError, rules,
            time.GetUtcNow());

    /// <summary>
    /// A part is stored only for a fill that asked for one, and only with as many bytes as it says; such a
    /// fill
    /// stores nothing else but a whole: an error about a range says nothing of the rest.
    /// </summary>
    private static bool IsWhatWasAsked(FillOrder order, Exchange exchange) => exchange.Status == 206
        ? order.IsPart
            && ContentRange.Parse(exchange.Headers.Joined("Content-Range"))?.Length == exchange.Length
        : !order.IsPart || exchange.Status == 200;

    private async Task StoreAsync(
        Flight flight, FillOrder order, Exchange exchange, Lifetimes lifetimes,
            CancellationToken cancellationToken)
    {
        var rules = order.Site.RuleOf(order.Class).Store;
        var http = Storability.HeadToStore(exchange.Status, exchange.Headers, rules, lifetimes,
            exchange.RequestTime, exchange.ResponseTime);
        var head = FillHead.Of(order, http, horizon);
        var vary = VaryRule.From(exchange.Headers);
        var variant = VariantKey.For(vary, order.Fields, order.Site.IsPhotos);
        var key = vary.Fields.Count == 0 ? order.PrimaryKey : KeyMaker.Variant(order.PrimaryKey, variant);
        if (http.Status == 206)
        {
            key = KeyMaker.Part(key);
        }
        if (vary.Fields.Count > 0)
        {
            cache.PutVaryMarker(order.PrimaryKey, FillHead.MarkerOf(head), flight.FillSequence);
        }
        predictor.Forget(order.PrimaryKey);
        var body = new FlightBody(spool, WindowBytes, exchange.Length);
        flight.Own(body);
        using var feed = new LogFeed(cache, key, body);
        using var source = new ResumableBody(fetcher, order.Fetch, exchange, fetchOptions, metrics);
        var isKept = IsKept(exchange);
        flight.TryLand(new Landing
        {
            Outcome = FillOutcome.Storing,
            Head = head,
            Body = body,
            Vary = vary,
            Variant = variant,
            OriginAge = exchange.Headers.Joined("Age"),
            IsFromPeer = exchange.FromPeer is not null,
            IsKept = isKept
                && (exchange.Length is not { } length || length <= cache.MemoryObjectBytesMax || feed.TryOpen()),
            ForwardStatus = exchange.Status,
        });
        var fault = await PumpAsync(
            source, body, isKept ? feed : null, order.IsBehind ? null : flight, cancellationToken);
        if (isKept && fault == FillFault.None && body.Published <= order.Site.RuleOf(order.Class).ObjectBytesMax)
        {
            await KeepAsync(flight, key, head, body, feed);
        }
        End(body, fault);
    }

    /// <summary>Whether an object is stored here; what another edge owns only when it is asked for often.</summary>
    private bool IsKept(Exchange exchange)
    {
        if (exchange.FromPeer is { IsKept: false })
        {
            peerMetrics.KeptOut();
            return false;
        }
        if (exchange.FromPeer is { IsHot: true })
        {
            peerMetrics.KeptHot();
        }
        return true;
    }

    /// <summary>
    /// Stores the whole body unless a purge has overtaken the fill. Readers at the end of the body are let go
    /// after.
    /// </summary>
    private async Task KeepAsync(Flight flight, CacheKey key, ObjectHead head, FlightBody body, LogFeed feed)
    {
        if (horizon.Judge(head.Facts, flight.FillSequence) == Coverage.Hard)
        {
            metrics.FillOvertaken();
            return;
        }
        if (cache.TryPut(key, head, flight.FillSequence, body))
        {
            metrics.Stored();
            return;
        }
        if (feed.TryCommit(head, flight.FillSequence))
        {
            metrics.Stored();
            // The log finds the object only once it is written: until then the finished flight is there to be
            // joined.
            body.Complete();
            await Task.Delay(LingerTime, time, CancellationToken.None);
        }
    }

    private async Task ShareErrorAsync(
        Flight flight, FillOrder order, Exchange exchange, StoreDecision decision,
            CancellationToken cancellationToken)
    {
        metrics.ErrorShared();
        var http = new StoredHead(exchange.Status, HopByHop.Strip(exchange.Headers),
            exchange.RequestTime, exchange.ResponseTime, default);
        var head = FillHead.Of(order, http, horizon);
        var body = new FlightBody(spool, WindowBytes, exchange.Length);
        flight.Own(body);
        using var source = new ResumableBody(fetcher, order.Fetch, exchange, fetchOptions, metrics);
        flight.TryLand(new Landing
        {
            Outcome = FillOutcome.SharedError,
            Head = head,
            Body = body,
            Reason = decision.Reason,
            ForwardStatus = exchange.Status,
        });
        var fault = await PumpAsync(source, body, null, null, cancellationToken);
        var isKept = fault == FillFault.None && body.Published <= SharedErrorBytesMax;
        failures.Remember(flight.Key,
            isKept ? new SharedAnswer(head, body.InMemory(0), FillFault.None) : null,
                order.Site.ErrorLifetime);
        End(body, fault);
    }

    /// <param name="source">Where the bytes come from.</param>
    /// <param name="body">Where they go.</param>
    /// <param name="feed">The log, when it takes them as they come.</param>
    /// <param name="flight">Whose readers it is for; null: it goes on without any.</param>
    /// <param name="cancellationToken">The program ends.</param>
    private async Task<FillFault> PumpAsync(ResumableBody source, FlightBody body, LogFeed? feed, Flight? flight,
        CancellationToken cancellationToken)
    {
        var end = new byte[1];
        var unread = new UnreadFill(options.Value, time);
        try
        {
            while (true)
            {
                var count = body.Length == body.Published ? 0
                    : await source.ReadAsync(body.Room, cancellationToken);
                if (body.Length == body.Published + count
                    && await source.ReadAsync(end, cancellationToken) != 0)
                {
                    return FillFault.Malformed;
                }
                // With a length announced, the read above has proved the end and checked the digest before
                // the last bytes become readable: who reads to the end has the right bytes.
                if (count == 0)
                {
                    return body.Length is { } length && length != body.Published ? FillFault.Truncated
                        : FillFault.None;
                }
                if (!await body.PublishAsync(count))
                {
                    return FillFault.SpoolFull;
                }
                feed?.Feed();
                if (flight is not null && unread.IsUseless(flight, body) && flight.TryAbandon())
                {
                    return FillFault.Unread;
                }
            }
        }
        catch (FillCutException cut)
        {
            return cut.Fault;
        }
    }

    private void End(FlightBody body, FillFault fault)
    {
        if (fault == FillFault.None)
        {
            body.Complete();
            return;
        }
        metrics.FillFailed(fault);
        body.Fail(fault);
    }
}
