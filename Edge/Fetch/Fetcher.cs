using System.Runtime.CompilerServices;
using Flickr.Edge.Collapse;
using Flickr.Edge.Headers;
using Flickr.Edge.Upstream;
using Flickr.Tracing;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Model;

namespace Flickr.Edge.Fetch;

/// <summary>
/// Sends orders to a site's replicas, with the target's bytes as they are: over plain HTTP on the edge's own client
/// (<see cref="WirePool"/>), over TLS on the cluster's HttpClient. GET
/// and HEAD fail over to replicas that were not asked yet, within the retry budget; the same replica is never
/// asked twice for one order.
/// </summary>
internal sealed class Fetcher(
    UpstreamClusters clusters, ReplicaChoice choice, ReplicaHealth health, RetryBudget budget, WireClients wires,
    IOptions<FetchOptions> options, IOptions<EdgeOptions> edge, EdgeMetrics metrics, ProgramTrace trace,
    TimeProvider time)
{
    /// <summary>Our name in <c>CDN-Loop</c> (RFC 8586) and <c>Via</c>.</summary>
    public const string CdnId = "flickr";

    private readonly ConditionalWeakTable<ClusterState, HeadLatency> _latencies = [];
    private readonly string? _originKey = EdgeOptions.KeyOf(edge.Value.OriginKey, edge.Value.OriginKeyFile);

    /// <summary>Asks until a replica answers well or none is left; the last answer stands.</summary>
    /// <param name="order">What to ask.</param>
    /// <param name="avoid">Replica to ask last, or null: the one that broke a moment ago.</param>
    /// <param name="cancellationToken">Ends the waiting, not the answers already handed out.</param>
    public async Task<FetchResult> SendAsync(
        FetchOrder order, DestinationState? avoid, CancellationToken cancellationToken)
    {
        if (clusters.Of(order.Site) is not { } cluster)
        {
            return new FetchResult(null, FillFault.NoReplica);
        }
        var last = new FetchResult(null, FillFault.NoReplica);
        var tried = avoid is null ? [] : new List<DestinationState> { avoid };
        budget.CountFirst();
        for (var attempts = 0; ; attempts++)
        {
            var replica = choice.Pick(order.Key, cluster.DestinationsState.AvailableDestinations, tried)
                ?? (attempts == 0 ? avoid : null);
            if (replica is null || (attempts > 0 && !budget.TryTake()))
            {
                return last;
            }
            tried.Add(replica);
            if (attempts > 0)
            {
                metrics.FetchRetried();
            }
            var result = await HedgedAsync(cluster, replica, order, tried, cancellationToken);
            last.Exchange?.Dispose();
            last = result;
            if (!order.MayFailOver || result.Exchange is { Status: not (502 or 503 or 504) })
            {
                return result;
            }
        }
    }

    /// <summary>
    /// One attempt, and a second at another replica when the first is slower than 95 of 100 heads. The first
    /// good head wins; the other attempt is cancelled.
    /// </summary>
    private async Task<FetchResult> HedgedAsync(ClusterState cluster, DestinationState replica,
        FetchOrder order,
        List<DestinationState> tried, CancellationToken cancellationToken)
    {
        var available = cluster.DestinationsState.AvailableDestinations;
        if (!options.Value.Hedges || order.Method != HttpMethods.Get || !order.MayFailOver
            || available.Count < 2
            || _latencies.GetOrCreateValue(cluster).P95 is not { } slow)
        {
            return await AttemptAsync(cluster, replica, order, cancellationToken);
        }
        using var firstStop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var secondStop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = AttemptAsync(cluster, replica, order, firstStop.Token);
        var after = slow > options.Value.HedgeAfterMin ? slow : options.Value.HedgeAfterMin;
        await Task.WhenAny(first, Task.Delay(after, time, firstStop.Token));
        if (first.IsCompleted || choice.Pick(order.Key, available, tried) is not { } other
            || !budget.TryTake())
        {
            return await first;
        }
        tried.Add(other);
        metrics.Hedged();
        var second = AttemptAsync(cluster, other, order, secondStop.Token);
        var winner = await Task.WhenAny(first, second);
        var loser = winner == first ? second : first;
        if (!IsGood(winner))
        {
            (winner, loser) = (loser, winner);
            await Task.WhenAny(winner);
        }
        await (loser == first ? firstStop : secondStop).CancelAsync();
        if (await Task.WhenAny(loser) is { IsCompletedSuccessfully: true } late)
        {
            late.Result.Exchange?.Dispose();
        }
        _ = loser.Exception; // a cancelled loser has nothing to say
        return await winner;
    }

    private static bool IsGood(Task<FetchResult> attempt) =>
        attempt.IsCompletedSuccessfully && attempt.Result.Exchange is { Status: not (502 or 503 or 504) };

    private async Task<FetchResult> AttemptAsync(
        ClusterState cluster, DestinationState replica, FetchOrder order, CancellationToken cancellationToken)
    {
        using var span = trace.Begin("fetch", System.Diagnostics.ActivityKind.Client);
        span?.SetTag("server.address", replica.DestinationId);
        using var deadline = new CancellationTokenSource(options.Value.HeadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var load = choice.LoadOf(replica);
        load.Enter();
        metrics.Fetched();
        var requestTime = time.GetUtcNow();
        var startedAt = time.GetTimestamp();
        FillFault fault;
        try
        {
            (var answer, fault) = await AskAsync(cluster, replica, order, either.Token);
            if (answer is not null)
            {
                var exchange = new Exchange(answer, replica, load, options.Value, time, requestTime);
                health.Answered(cluster, replica);
                _latencies.GetOrCreateValue(cluster).Add(time.GetElapsedTime(startedAt));
                return new FetchResult(exchange, FillFault.None);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault = deadline.IsCancellationRequested ? FillFault.HeadTimeout : FillFault.Connect;
        }
        catch
        {
            load.Leave(); // nothing of the replica's doing
            throw;
        }
        load.Leave();
        health.Failed(cluster, replica);
        metrics.FetchFailed(fault);
        return new FetchResult(null, fault);
    }

    private ValueTask<UpstreamResult> AskAsync(ClusterState cluster, DestinationState replica,
        FetchOrder order, CancellationToken cancellationToken)
    {
        var pool = wires.Of(replica.Model.Config.Address);
        return pool is not null
            ? pool.SendAsync(RequestOf(order, pool.Authority), cancellationToken)
            : ClientExchange.SendAsync(cluster.Model.HttpClient, replica.Model.Config.Address,
                RequestOf(order, ""), cancellationToken);
    }

    private UpstreamRequest RequestOf(FetchOrder order, string authority)
    {
        var fields = new List<HeaderLine>(order.Fields.Count + 5);
        foreach (var line in order.Fields.Lines)
        {
            if (order.Content is not null || !line.Is("Content-Length"))
            {
                fields.Add(line);
            }
        }
        if (order.Content is null && (HttpMethods.IsPost(order.Method) || HttpMethods.IsPut(order.Method)
            || HttpMethods.IsPatch(order.Method)))
        {
            fields.Add(new HeaderLine("Content-Length", "0")); // RFC 9110 8.6: said by methods that have content
        }
        fields.Add(new HeaderLine("CDN-Loop", CdnLoop.Append(order.Loop, CdnId)));
        fields.Add(new HeaderLine("Via", "1.1 " + CdnId));
        if (ProgramTrace.Current is { } parent)
        {
            fields.RemoveAll(line => line.Is("traceparent")); // the fetch is the parent now, not what the client named
            fields.Add(new HeaderLine("traceparent", parent));
        }
        if (!order.Site.IsPhotos)
        {
            // Ours to say, never the client's: its own such fields are not let through.
            fields.Add(new HeaderLine("X-Forwarded-Host", order.ClientHost));
            fields.Add(new HeaderLine("X-Forwarded-Proto", "http"));
        }
        else if (_originKey is not null)
        {
            fields.Add(new HeaderLine("Authorization", "Bearer " + _originKey));
        }
        return new UpstreamRequest
        {
            Method = order.Method,
            Target = order.Target,
            Host = order.Site.ForwardHost ? order.ClientHost : authority,
            Fields = fields,
            Content = order.Content,
            OnInterim = order.OnInterim,
        };
    }
}
