using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// After the map has changed: gives what this node has, and is no home of any more, to the nodes that are, under a byte budget, and lets
/// its own copy of a blob go once every home has said that its copy is durable. Until then reads find it, because they ask every node
/// before they call a blob absent. Links are small and stay.
/// </summary>
internal sealed class Rebalancer(
    Cluster cluster, Repairer repairer, OriginOptions options, TimeProvider time, OriginMetrics metrics) : IDisposable
{
    private readonly SemaphoreSlim _onePass = new(1);
    private volatile RebalanceProgress _progress = RebalanceProgress.None;

    public RebalanceProgress Progress => _progress;

    public void Dispose() => _onePass.Dispose();

    /// <summary>One pass over the index; returns how many strays have all their homes now.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (cluster.Map.IsEveryNodeHome)
        {
            return 0;
        }
        await _onePass.WaitAsync(cancellationToken);
        try
        {
            _progress = RebalanceProgress.None with
            {
                IsRunning = true, StartedMs = time.GetUtcNow().ToUnixTimeMilliseconds(), BlobsTotal = cluster.Store.Blobs.Count,
            };
            await MoveBlobsAsync(cancellationToken);
            await MoveLinksAsync(cancellationToken);
            metrics.Strays.Set(_progress.Strays - _progress.Placed);
            return (int)_progress.Placed;
        }
        finally
        {
            _progress = _progress with { IsRunning = false };
            _onePass.Release();
        }
    }

    private async Task MoveBlobsAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, entry) in cluster.Store.Blobs.All())
        {
            _progress = _progress with { Blobs = _progress.Blobs + 1 };
            if (!IsStray(id))
            {
                continue;
            }
            _progress = _progress with { Strays = _progress.Strays + 1 };
            if (!await repairer.RepairBlobAsync(id, cancellationToken) || !await HaveAllHomesAsync(id, entry, cancellationToken))
            {
                continue;
            }
            _progress = _progress with { Placed = _progress.Placed + 1 };
            if (entry.IsPresent && await cluster.Store.LetGoAsync(id, entry))
            {
                metrics.LetGoBytes.Inc(entry.Location.Length);
                _progress = _progress with { LetGo = _progress.LetGo + 1, Bytes = _progress.Bytes + entry.Location.Length };
            }
            await Task.Delay(
                TimeSpan.FromSeconds((double)entry.Location.Length / options.RebalanceBytesPerSecond), time, cancellationToken);
        }
    }

    private async Task MoveLinksAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, _) in cluster.Store.Links.All().Where(pair => IsStray(Digest.OfPath(pair.Key))))
        {
            await repairer.RepairAsync(new Repair(default, path, cluster.Store.FindLink(path)), cancellationToken);
            _progress = _progress with { Strays = _progress.Strays + 1, Placed = _progress.Placed + 1 };
        }
    }

    /// <summary>Whether every home, none silent, has what this node knows of the blob, or something later.</summary>
    private async Task<bool> HaveAllHomesAsync(Digest id, BlobEntry own, CancellationToken cancellationToken)
    {
        var homes = cluster.Map.PreferenceFor(id).Homes;
        var answers = await cluster.AskAllAsync(homes.Select(cluster.Of), replica => replica.ProbeAsync(id, cancellationToken));
        return answers.Count == homes.Length && answers.TrueForAll(answer =>
            answer.Value.Generation >= own.Generation && (answer.Value.IsPresent || answer.Value.IsDeleted));
    }

    private bool IsStray(Digest key) =>
        !Array.Exists(cluster.Map.PreferenceFor(key).Homes, home => home.Id == cluster.Local.NodeId);
}
