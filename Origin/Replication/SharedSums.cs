using Flickr.Origin.Needles;
using Flickr.Origin.Placement;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// Bucket sums over what this node should have in common with another. Where every node is a home of every key these are the
/// sums kept as records come; in a larger cluster they are counted over the index.
/// </summary>
internal sealed class SharedSums(ClusterMap map, NodeStore store, string nodeId)
{
    public byte[] With(string peer)
    {
        if (map.IsEveryNodeHome)
        {
            return [.. store.BlobSums.ToArray(), .. store.LinkSums.ToArray()];
        }
        var blobs = new BucketSums();
        foreach (var (id, entry) in store.Blobs.All().Where(pair => AreHomes(pair.Key, peer)))
        {
            blobs.Add(id, FactBits.Of(entry));
        }
        var links = new BucketSums();
        foreach (var (path, entry) in store.Links.All())
        {
            var key = Digest.OfPath(path);
            if (AreHomes(key, peer))
            {
                links.Add(key, FactBits.Of(entry));
            }
        }
        return [.. blobs.ToArray(), .. links.ToArray()];
    }

    public bool AreHomes(Digest key, string peer)
    {
        var homes = map.PreferenceFor(key).Homes;
        return Array.Exists(homes, home => home.Id == nodeId) && Array.Exists(homes, home => home.Id == peer);
    }
}
