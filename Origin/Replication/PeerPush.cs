using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>Brings one record from this node to another, as it stands here now.</summary>
internal static class PeerPush
{
    public static async Task<StoreVerdict> BlobAsync(
        IReplica peer, Digest id, NodeStore store, CancellationToken cancellationToken)
    {
        var fact = store.Probe(id);
        if (fact.IsDeleted)
        {
            return await peer.DeleteAsync(id, fact.Generation, null, cancellationToken);
        }
        var touched = await peer.TouchAsync(id, fact.Generation, null, cancellationToken);
        if (touched != StoreVerdict.BytesMissing)
        {
            return touched;
        }
        using var borrowed = store.Borrow(id);
        return borrowed is null ? StoreVerdict.Failed
            : await peer.PutAsync(id, fact.Generation, borrowed.Payload, null, cancellationToken);
    }

    public static Task<StoreVerdict> LinkAsync(
        IReplica peer, string path, LinkFact fact, CancellationToken cancellationToken) =>
        peer.PutLinkAsync(path, fact.Generation, (fact.Link ?? Link.TombstoneOf(path)).ToBytes(), fact.IsDeleted, null,
            cancellationToken);
}
