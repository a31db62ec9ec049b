using Flickr.Origin.Volumes;

namespace Flickr.Origin.Placement;

/// <summary>
/// Who is in the cluster, who of them is a home in this epoch and the one before, and how many copies are kept. Static: made from the
/// settings at start, equal on every node. Immutable.
/// </summary>
internal sealed class ClusterMap
{
    private readonly Rendezvous _rendezvous;
    private readonly Rendezvous? _previous;
    private readonly int _previousReplicas;

    private ClusterMap(IReadOnlyList<ClusterNode> nodes, int epoch, int replicas, int writeQuorum, int replicasWanted)
    {
        Nodes = nodes;
        Epoch = epoch;
        Replicas = replicas;
        WriteQuorum = writeQuorum;
        var homes = nodes.Where(node => node.IsHomeIn(epoch)).ToList();
        var before = nodes.Where(node => node.IsHomeIn(epoch - 1)).ToList();
        _rendezvous = new Rendezvous(homes);
        _previous = before.Count > 0 && !before.SequenceEqual(homes) ? new Rendezvous(before) : null;
        _previousReplicas = Math.Min(replicasWanted, before.Count);
        IsEveryNodeHome = homes.Count == nodes.Count && nodes.Count <= replicas && _previous is null;
    }

    /// <summary>Every node that answers, homes or not.</summary>
    public IReadOnlyList<ClusterNode> Nodes { get; }

    public int Epoch { get; }

    /// <summary>Whether every node is a home of every key, now and in the epoch before.</summary>
    public bool IsEveryNodeHome { get; }

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
                node.Id, node.Address.TrimEnd('/'), node.Zone.Length == 0 ? node.Id : node.Zone, node.Weight,
                node.Since, node.Until));
        if (nodes.Select(node => node.Id).Distinct(StringComparer.Ordinal).Count() != nodes.Count)
        {
            throw new ArgumentException("Origin:Nodes names a node twice.");
        }
        if (!nodes.Exists(node => node.Id == options.NodeId))
        {
            throw new ArgumentException($"Origin:Nodes does not name this node, Origin:NodeId = {options.NodeId}.");
        }
        var homes = nodes.Count(node => node.IsHomeIn(options.Epoch));
        if (homes == 0)
        {
            throw new ArgumentException($"Origin:Nodes has no home in epoch {options.Epoch}.");
        }
        var replicas = Math.Min(options.Replicas, homes);
        var quorum = Math.Min(options.WriteQuorum, replicas);
        if (replicas < options.Replicas)
        {
            OriginLog.FewerReplicas(log, homes, options.Replicas, replicas, quorum);
        }
        return new ClusterMap(nodes, options.Epoch, replicas, quorum, options.Replicas);
    }

    public Preference PreferenceFor(Digest key)
    {
        var order = _rendezvous.Order(key, Replicas);
        return new Preference(order[..Replicas], order[Replicas..]);
    }

    /// <summary>The homes of a key in the epoch before; null when the same nodes were homes.</summary>
    public ClusterNode[]? PreviousHomesFor(Digest key) => _previous?.Order(key, _previousReplicas)[.._previousReplicas];
}

/// <summary>Where a key belongs, best first, and who stands in.</summary>
internal readonly record struct Preference(ClusterNode[] Homes, ClusterNode[] StandIns);
