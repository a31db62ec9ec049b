using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Flickr.Fleet.Placement;

/// <summary>
/// Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights after Schindelhauer and Schomaker 2005):
/// every node
/// scores every key, the highest scores hold it. A node that comes or goes moves only its own share.
/// </summary>
public static class Rendezvous
{
    /// <summary>The nodes that hold a key, best first.</summary>
    /// <param name="key">What is placed.</param>
    /// <param name="nodes">Node names and weights; a weight of 0 or less never holds anything. Order does not
    /// matter.</param>
    /// <param name="count">How many to name; fewer come back when there are fewer nodes.</param>
    public static string[] Pick(ReadOnlySpan<char> key, IReadOnlyList<PlacementNode> nodes, int count)
    {
        var scored = new List<(double Score, string Name)>(nodes.Count);
        foreach (var node in nodes)
        {
            if (node.Weight > 0)
            {
                scored.Add((Score(key, node), node.Name));
            }
        }
        scored.Sort(static (a, b) => a.Score != b.Score
            ? b.Score.CompareTo(a.Score)
            : string.CompareOrdinal(a.Name, b.Name));
        return [.. scored.Take(count).Select(entry => entry.Name)];
    }

    /// <summary>
    /// The score of one node: -w / ln(u) with u even in (0, 1) from 53 bits of a hash of node and key. Stable
    /// for all time:
    /// other nodes, other versions and other languages must come to the same answer.
    /// </summary>
    public static double Score(ReadOnlySpan<char> key, PlacementNode node)
    {
        var nodeHash = XxHash64.HashToUInt64(MemoryMarshal.AsBytes(node.Name.AsSpan()));
        var hash = XxHash64.HashToUInt64(MemoryMarshal.AsBytes(key), (long)nodeHash);
        var even = ((hash >> 11) + 0.5) / (1UL << 53);
        return -node.Weight / Math.Log(even);
    }
}
