using System.Globalization;
using Flickr.Edge.Collapse;
using Flickr.Edge.Fetch;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using Flickr.Edge.Upstream;
using Flickr.Fleet.Invalidations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Peers;

/// <summary>
/// The way of a fill to the edge that owns its key, before the way to the origin. Whatever is not a sealed, good answer
/// in time means: ask the origin. Thread-safe.
/// </summary>
/// <remarks>
/// Why a purge that this edge has acknowledged cannot be undone by an older copy of the owner: 1. the fill notes its own
/// sequence 41; 2. purge 41 has not reached the owner, whose copy says 40; 3. the copy counts as filled at the lower of
/// the two, 40, so this edge's horizon covers it; 4. the origin is asked. The other way round, a purge 42 that comes
/// while the bytes are on their way covers 41 as well as 40.
/// </remarks>
internal sealed class PeerFills(PeerMap map, PeerCalls calls, HotKeys hotKeys, PeerMetrics metrics,
    InvalidationHorizon horizon, HorizonJournal journal, IOptions<PeerOptions> options,
    IOptions<FetchOptions> fetchOptions, TimeProvider time, ILogger<PeerFills> log)
{
    /// <summary>Asks the owner; null: ask the origin. Lowers the flight's sequence to that of the answer.</summary>
    /// <param name="flight">The fill.</param>
    /// <param name="order">What it fills.</param>
    /// <param name="fields">Fields to send, conditions among them.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<Exchange?> AskAsync(Flight flight, FillOrder order, HeaderBlock fields,
        CancellationToken cancellationToken)
    {
        var table = map.Current;
        if (!table.HasPeers || order.PeerTarget is not { } target || calls.Seal is null)
        {
            return null;
        }
        var node = table.AskedFor(order.PrimaryKey, out var isPassedOver);
        if (isPassedOver)
        {
            metrics.PassedOver();
        }
        if (node is null)
        {
            return null;
        }
        var asks = hotKeys.Add(order.PrimaryKey);
        var question = new PeerQuestion(HttpMethods.Get, order.Fetch.ClientHost, target,
            ConditionsOf(fields.Joined("If-None-Match"), fields.Joined("If-Modified-Since")));
        using var deadline = new CancellationTokenSource(options.Value.HeadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var (response, ask) = await calls.SendAsync(node, table.Self, question, fields, order.Fetch.Loop,
                either.Token);
            node.State.Answered();
            var exchange = Take(flight, order, node, response, ask, asks, out var result);
            metrics.Asked(result);
            if (exchange is null)
            {
                response.Dispose();
                node.State.Load.Leave();
            }
            return exchange;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            Lost(node, PeerAskResult.Slow);
        }
        catch (HttpRequestException)
        {
            Lost(node, PeerAskResult.Lost);
        }
        return null;
    }

    /// <summary>The conditions of an ask as they are sealed.</summary>
    public static string ConditionsOf(string? entityTags, string? modifiedSince) => $"{entityTags} {modifiedSince}";

    private Exchange? Take(Flight flight, FillOrder order, PeerNode node, HttpResponseMessage response, string ask,
        int asks, out PeerAskResult result)
    {
        if (!response.Headers.TryGetValues(PeerSeal.AnswerField, out var fields))
        {
            result = PeerAskResult.Declined;
            return null;
        }
        if (PeerAnswerHead.Read(fields.First(), calls.Seal!, ask) is not { } answer)
        {
            result = PeerAskResult.Forged;
            return null;
        }
        var fillSequence = Math.Min(flight.FillSequence, answer.FillSequence);
        if (answer.Term != journal.Term
            || horizon.Judge(FillHead.FactsOf(order.Site, order.Address, answer.Head, horizon), fillSequence)
                == Coverage.Hard)
        {
            result = PeerAskResult.Outdated;
            return null;
        }
        result = answer.IsMatch ? PeerAskResult.Match : PeerAskResult.Object;
        flight.Lower(fillSequence);
        var isHot = answer.IsHot && asks < options.Value.KeepAsks;
        var head = AsReceived(answer.Head);
        var received = new ClientAnswer(response)
        {
            Status = answer.IsMatch ? StatusCodes.Status304NotModified : head.Status,
            Fields = head.Headers,
            Length = response.Content.Headers.ContentLength,
            HasKnownEnd = true, // HTTP/1.1 of an edge: a length or chunks
        };
        return new Exchange(received, node.State.Load, fetchOptions.Value, time, head.RequestTime, head.ResponseTime)
        {
            FromPeer = new PeerOrigin(answer.IsHot || asks >= options.Value.KeepAsks, isHot),
        };
    }

    /// <summary>
    /// The head as if the origin's answer had come here: with the age it had then, and never from the future of this
    /// edge's clock.
    /// </summary>
    private StoredHead AsReceived(StoredHead head)
    {
        var now = time.GetUtcNow();
        var age = Reuse.AgeOf(head, head.ResponseTime).TotalSeconds;
        var headers = age < 1 ? head.Headers
            : head.Headers.With("Age", ((long)Math.Ceiling(age)).ToString(CultureInfo.InvariantCulture));
        return head with
        {
            Headers = headers,
            RequestTime = head.RequestTime < now ? head.RequestTime : now,
            ResponseTime = head.ResponseTime < now ? head.ResponseTime : now,
        };
    }

    private void Lost(PeerNode node, PeerAskResult result)
    {
        metrics.Asked(result);
        node.State.Rest(options.Value.RestTime);
        EdgeLog.PeerRests(log, node.Name, result.ToString(), options.Value.RestTime);
    }
}
