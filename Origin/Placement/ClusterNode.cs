namespace Flickr.Origin.Placement;

/// <summary>A node of the map. The weight is relative to the other nodes'.</summary>
internal sealed record ClusterNode(string Id, string Address, string Zone, double Weight, int Since = 1, int Until = 0)
{
    public bool IsHomeIn(int epoch) => Since <= epoch && (Until == 0 || epoch < Until);
}
