using System.Collections.Immutable;
using Flickr.Edge.Cache;
using Flickr.Fleet.Placement;

namespace Flickr.Edge.Peers;

/// <summary>The fleet as one list says it. Immutable; a request reads it once.</summary>
internal sealed class PeerTable
{
    /// <summary>In-flight asks of one peer that are never too many.</summary>
    private const int LoadAlwaysTaken = 8;

    private readonly ImmutableArray<PeerNode> _owners;

    /// <param name="self">Name of this edge; must be among the nodes unless there are none.</param>
    /// <param name="nodes">All edges.</param>
    public PeerTable(string self, ImmutableArray<PeerNode> nodes)
    {
        Self = self;
        Nodes = nodes;
        var own = nodes.FirstOrDefault(node => node.Name == self);
        var region = nodes.Where(node => node.Region == own?.Region).ToImmutableArray();
        var shields = region.Where(node => node.IsShield).ToImmutableArray();
        Region = region;
        _owners = shields.IsEmpty ? region : shields;
    }

    /// <summary>Name of this edge.</summary>
    public string Self { get; }

    /// <summary>All edges of the fleet.</summary>
    public ImmutableArray<PeerNode> Nodes { get; }

    /// <summary>The edges of this region.</summary>
    public ImmutableArray<PeerNode> Region { get; }

    /// <summary>Whether there is anybody else to ask.</summary>
    public bool HasPeers => _owners.Length > 1 || (_owners.Length == 1 && _owners[0].Name != Self);

    /// <summary>
    /// Who is to be asked for a key: its owner by rendezvous hashing, or the next in line when the owner rests or has
    /// more than 1.25 times its share of our asks on the way. Null: this edge itself.
    /// </summary>
    /// <param name="key">The object.</param>
    /// <param name="isPassedOver">Whether somebody was passed over for its load.</param>
    public PeerNode? AskedFor(in CacheKey key, out bool isPassedOver)
    {
        isPassedOver = false;
        var inFlight = 0;
        foreach (var owner in _owners)
        {
            inFlight += owner.State.Load.InFlight;
        }
        var bound = LoadAlwaysTaken + (inFlight * 5 / (4 * Math.Max(1, _owners.Length)));
        foreach (var node in Ranked(key.ToString(), _owners))
        {
            if (node.Name == Self)
            {
                return null;
            }
            if (node.State.IsResting)
            {
                continue;
            }
            if (node.State.Load.InFlight <= bound)
            {
                return node;
            }
            isPassedOver = true;
        }
        return null;
    }

    /// <summary>The first in line for a name among nodes, whatever their state; null when there are none.</summary>
    public static PeerNode? HomeOf(string name, ImmutableArray<PeerNode> nodes) =>
        Ranked(name, nodes).FirstOrDefault();

    private static IEnumerable<PeerNode> Ranked(string key, ImmutableArray<PeerNode> nodes) => nodes
        .OrderByDescending(node => Rendezvous.Score(key, new PlacementNode(node.Name)))
        .ThenBy(node => node.Name, StringComparer.Ordinal);
}
