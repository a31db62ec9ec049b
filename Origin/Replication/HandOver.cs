using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// Gives records that were kept for an absent home to it. A hint is done only after the home said that the record, or a later
/// one, is durable there.
/// </summary>
internal sealed class HandOver(Cluster cluster, OriginMetrics metrics, ILogger log)
{
    private const int RoundHints = 1_000;

    /// <summary>One round over all nodes; returns how many records were handed over.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        foreach (var peer in cluster.Peers)
        {
            var hints = cluster.Store.Hints.For(peer.NodeId, RoundHints);
            if (hints.Count == 0)
            {
                continue;
            }
            var done = await GiveAsync(peer, hints, cancellationToken);
            if (done > 0)
            {
                OriginLog.HintsHandedOver(log, done, peer.NodeId);
            }
            total += done;
        }
        return total;
    }

    private async Task<int> GiveAsync(IReplica peer, List<Hint> hints, CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var hint in hints)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var answer = await cluster.AskAsync(peer, asked => GiveOneAsync(asked, hint, cancellationToken));
            if (answer is null)
            {
                return done;
            }
            if (answer.Value is StoreVerdict.Stored or StoreVerdict.Existed or StoreVerdict.Older)
            {
                await cluster.Store.FinishHintAsync(hint);
                metrics.HintsHandedOver.Inc();
                done++;
            }
        }
        return done;
    }

    private async Task<StoreVerdict> GiveOneAsync(IReplica peer, Hint hint, CancellationToken cancellationToken)
    {
        if (hint.IsLink)
        {
            var fact = cluster.Store.FindLink(hint.Name);
            return fact.Link is null && !fact.IsDeleted ? StoreVerdict.Failed
                : await PeerPush.LinkAsync(peer, hint.Name, fact, cancellationToken);
        }
        return Digest.TryParse(hint.Name, out var id)
            ? await PeerPush.BlobAsync(peer, id, cluster.Store, cancellationToken)
            : StoreVerdict.Older;
    }
}
