using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// After the map has changed: gives what this node has, and is no home of any more, to the nodes that are, under a byte
/// budget. The copies here stay; reads find them until then because they ask every node before they call a blob absent.
/// </summary>
internal sealed class Rebalancer(Cluster cluster, Repairer repairer, OriginOptions options, TimeProvider time)
{
    /// <summary>One pass over the index; returns how many strays have all their homes now.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (cluster.Map.Nodes.Count <= cluster.Map.Replicas)
        {
            return 0;
        }
        var placed = 0;
        foreach (var (id, entry) in cluster.Store.Blobs.All())
        {
            if (IsStray(id))
            {
                placed += await repairer.RepairBlobAsync(id, cancellationToken) ? 1 : 0;
                await Task.Delay(
                    TimeSpan.FromSeconds((double)entry.Location.Length / options.RebalanceBytesPerSecond), time, cancellationToken);
            }
        }
        foreach (var (path, _) in cluster.Store.Links.All().Where(pair => IsStray(Digest.OfPath(pair.Key))))
        {
            await repairer.RepairAsync(new Repair(default, path, cluster.Store.FindLink(path)), cancellationToken);
            placed++;
        }
        return placed;
    }

    private bool IsStray(Digest key) =>
        !Array.Exists(cluster.Map.PreferenceFor(key).Homes, home => home.Id == cluster.Local.NodeId);
}
