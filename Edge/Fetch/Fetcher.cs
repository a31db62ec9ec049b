using System.Net;
using System.Runtime.CompilerServices;
using Flickr.Edge.Collapse;
using Flickr.Edge.Headers;
using Flickr.Tracing;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Model;

namespace Flickr.Edge.Fetch;

/// <summary>
/// Sends orders to a site's replicas on the cluster's own client, with the target's bytes as they are. GET
/// and HEAD fail over to replicas that were not asked yet, within the retry budget; the same replica is never
/// asked twice for one order.
/// </summary>
internal sealed class Fetcher(
    UpstreamClusters clusters, ReplicaChoice choice, ReplicaHealth health, RetryBudget budget,
    IOptions<FetchOptions> options, IOptions<EdgeOptions> edge, EdgeMetrics metrics, ProgramTrace trace, TimeProvider time)
{
    /// <summary>Our name in <c>CDN-Loop</c> (RFC 8586) and <c>Via</c>.</summary>
    public const string CdnId = "flickr";

    // Exact bytes: Uri would otherwise unescape and re-escape what was signed and keyed.
    private static readonly UriCreationOptions Exact = new() { DangerousDisablePathAndQueryCanonicalization = true };

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
        using var request = RequestOf(order, replica);
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
            var response = await cluster.Model.HttpClient.SendAsync(request, either.Token);
            var exchange = new Exchange(response, replica, load, options.Value, time, requestTime);
            health.Answered(cluster, replica);
            _latencies.GetOrCreateValue(cluster).Add(time.GetElapsedTime(startedAt));
            if (!IsFramedTwice(response))
            {
                return new FetchResult(exchange, FillFault.None);
            }
            exchange.Dispose();
            return new FetchResult(null, FillFault.Malformed);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            load.Leave();
            throw;
        }
        catch (OperationCanceledException)
        {
            fault = deadline.IsCancellationRequested ? FillFault.HeadTimeout : FillFault.Connect;
        }
        catch (HttpRequestException exception)
        {
            fault = FaultOf(exception.HttpRequestError);
        }
        load.Leave();
        health.Failed(cluster, replica);
        metrics.FetchFailed(fault);
        return new FetchResult(null, fault);
    }

    private static FillFault FaultOf(HttpRequestError error) => error switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError => FillFault.Connect,
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
            FillFault.Malformed,
        _ => FillFault.Reset,
    };

    /// <summary>
    /// A length beside chunks: two readings of one body, the raw material of response splitting.
    /// </summary>
    private static bool IsFramedTwice(HttpResponseMessage response) =>
        response.Headers.NonValidated.Contains("Transfer-Encoding")
        && response.Content.Headers.NonValidated.Contains("Content-Length");

    private HttpRequestMessage RequestOf(FetchOrder order, DestinationState replica)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Parse(order.Method), new Uri(replica.Model.Config.Address + order.Target, Exact))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (order.Content is { } content)
        {
            request.Content = new StreamContent(content);
        }
        foreach (var line in order.Fields)
        {
            if (!request.Headers.TryAddWithoutValidation(line.Name, line.Value))
            {
                request.Content?.Headers.TryAddWithoutValidation(line.Name, line.Value);
            }
        }
        request.Headers.TryAddWithoutValidation(
            "CDN-Loop", CdnLoop.Append(order.Loop, CdnId));
        request.Headers.TryAddWithoutValidation("Via", "1.1 " + CdnId);
        if (ProgramTrace.Current is { } parent)
        {
            request.Headers.Remove("traceparent"); // the fetch is the parent now, not what the client named
            request.Headers.TryAddWithoutValidation("traceparent", parent);
        }
        if (!order.Site.IsPhotos)
        {
            // Ours to say, never the client's: its own such fields are not let through.
            request.Headers.TryAddWithoutValidation("X-Forwarded-Host", order.ClientHost);
            request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "http");
        }
        if (order.Site.ForwardHost)
        {
            request.Headers.Host = order.ClientHost;
        }
        if (order.Site.IsPhotos && _originKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + _originKey);
        }
        return request;
    }
}
