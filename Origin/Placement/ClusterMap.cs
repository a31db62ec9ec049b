using Flickr.Origin.Volumes;

namespace Flickr.Origin.Placement;

/// <summary>
/// Who is in the cluster, and how many copies are kept. Static: made from the settings at start, equal on every node.
/// Immutable.
/// </summary>
internal sealed class ClusterMap
{
    private readonly Rendezvous _rendezvous;

    private ClusterMap(IReadOnlyList<ClusterNode> nodes, int replicas, int writeQuorum)
    {
        Nodes = nodes;
        Replicas = replicas;
        WriteQuorum = writeQuorum;
        _rendezvous = new Rendezvous(nodes);
    }

    public IReadOnlyList<ClusterNode> Nodes { get; }

    /// <summary>Copies kept of each record.</summary>
    public int Replicas { get; }

    /// <summary>Durable copies before an acknowledgement.</summary>
    public int WriteQuorum { get; }

    /// <summary>Answers that meet every acknowledged write: R − W + 1.</summary>
    public int ReadQuorum => Replicas - WriteQuorum + 1;

    /// <exception cref="ArgumentException">The node itself is not in its map, or a name is there twice.</exception>
    public static ClusterMap Of(OriginOptions options, ILogger log)
    {
        var nodes = options.Nodes.Count == 0
            ? [new ClusterNode(options.NodeId, "", options.NodeId, 1)]
            : options.Nodes.ConvertAll(node => new ClusterNode(
                node.Id, node.Address.TrimEnd('/'), node.Zone.Length == 0 ? node.Id : node.Zone, node.Weight));
        if (nodes.Select(node => node.Id).Distinct(StringComparer.Ordinal).Count() != nodes.Count)
        {
            throw new ArgumentException("Origin:Nodes names a node twice.");
        }
        if (!nodes.Exists(node => node.Id == options.NodeId))
        {
            throw new ArgumentException($"Origin:Nodes does not name this node, Origin:NodeId = {options.NodeId}.");
        }
        var replicas = Math.Min(options.Replicas, nodes.Count);
        var quorum = Math.Min(options.WriteQuorum, replicas);
        if (replicas < options.Replicas)
        {
            OriginLog.FewerReplicas(log, nodes.Count, options.Replicas, replicas, quorum);
        }
        return new ClusterMap(nodes, replicas, quorum);
    }

    public Preference PreferenceFor(Digest key)
    {
        var order = _rendezvous.Order(key, Replicas);
        return new Preference(order[..Replicas], order[Replicas..]);
    }
}

/// <summary>Where a key belongs, best first, and who stands in.</summary>
internal readonly record struct Preference(ClusterNode[] Homes, ClusterNode[] StandIns);
