using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// Compares this node with each other one: 4,096 bucket sums first, then the keys of the buckets that differ, and repairs
/// what either side lacks. Finds what nobody reads: missed writes, missed deletions, a wiped disk.
/// </summary>
internal sealed class AntiEntropy(
    Cluster cluster, SharedSums sums, Repairer repairer, OriginOptions options, OriginMetrics metrics)
{
    private const int BucketsPerRound = 512;
    private const int SumBytes = 16;

    /// <summary>One round over all nodes; returns how many records differed.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var differing = 0;
        foreach (var peer in cluster.Peers)
        {
            var answer = await cluster.AskAsync(peer, asked => asked.SumsAsync(options.NodeId, cancellationToken));
            if (answer is null)
            {
                continue;
            }
            foreach (var bucket in DifferingBuckets(sums.With(peer.NodeId), answer.Value).Take(BucketsPerRound))
            {
                differing += await CompareAsync(peer, bucket, cancellationToken);
            }
        }
        return differing;
    }

    private static IEnumerable<int> DifferingBuckets(byte[] own, byte[] other)
    {
        const int Links = BucketSums.Count * SumBytes;
        for (var bucket = 0; bucket < BucketSums.Count && other.Length == own.Length; bucket++)
        {
            var at = bucket * SumBytes;
            if (!own.AsSpan(at, SumBytes).SequenceEqual(other.AsSpan(at, SumBytes))
                || !own.AsSpan(Links + at, SumBytes).SequenceEqual(other.AsSpan(Links + at, SumBytes)))
            {
                yield return bucket;
            }
        }
    }

    private async Task<int> CompareAsync(IReplica peer, int bucket, CancellationToken cancellationToken)
    {
        var answer = await cluster.AskAsync(peer, asked => asked.BucketAsync(bucket, cancellationToken));
        if (answer is null)
        {
            return 0;
        }
        var own = cluster.Store.Bucket(bucket);
        var blobs = own.Blobs.Except(answer.Value.Blobs).Concat(answer.Value.Blobs.Except(own.Blobs))
            .Select(known => known.Id).Distinct(StringComparer.Ordinal).ToList();
        var links = own.Links.Except(answer.Value.Links).Concat(answer.Value.Links.Except(own.Links))
            .Select(known => known.Path).Distinct(StringComparer.Ordinal).ToList();
        var differing = 0;
        foreach (var name in blobs)
        {
            if (Digest.TryParse(name, out var id) && sums.AreHomes(id, peer.NodeId))
            {
                await repairer.RepairBlobAsync(id, cancellationToken);
                differing++;
            }
        }
        foreach (var path in links.Where(path => sums.AreHomes(Digest.OfPath(path), peer.NodeId)))
        {
            await repairer.RepairAsync(new Repair(default, path, null), cancellationToken);
            differing++;
        }
        metrics.SyncedRecords.Inc(differing);
        return differing;
    }
}
