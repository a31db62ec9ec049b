using System.IO.Hashing;
using System.Text;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Placement;

/// <summary>
/// Weighted rendezvous hashing: every node gets a score for a key, the highest scores are its homes, one per zone before a
/// second in any. Adding or removing a node moves only the keys that it gains or loses. Immutable.
/// </summary>
internal sealed class Rendezvous
{
    private readonly ClusterNode[] _nodes;
    private readonly ulong[] _seeds;

    public Rendezvous(IEnumerable<ClusterNode> nodes)
    {
        _nodes = [.. nodes];
        _seeds = [.. _nodes.Select(node => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(node.Id)))];
    }

    /// <summary>
    /// All nodes in the order of preference for a key: the first <paramref name="replicas"/> are its homes, the rest stand
    /// in for homes that are away.
    /// </summary>
    public ClusterNode[] Order(Digest key, int replicas)
    {
        var ranked = Enumerable.Range(0, _nodes.Length)
            .OrderByDescending(i => Score(key, i)).ThenBy(i => _nodes[i].Id, StringComparer.Ordinal)
            .Select(i => _nodes[i]).ToList();
        var order = new List<ClusterNode>(ranked.Count);
        var zones = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in ranked)
        {
            if (order.Count < replicas && zones.Add(node.Zone))
            {
                order.Add(node);
            }
        }
        order.AddRange(ranked.Except(order).ToList());
        return [.. order];
    }

    /// <summary>−weight ÷ ln(u) with u uniform in (0, 1): the chance to be first is the share of the weight.</summary>
    private double Score(Digest key, int node)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        key.Write(bytes);
        var hash = XxHash3.HashToUInt64(bytes, (long)_seeds[node]);
        var uniform = ((hash >> 11) + 0.5) / (1UL << 53);
        return -_nodes[node].Weight / Math.Log(uniform);
    }
}
