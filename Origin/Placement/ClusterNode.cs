namespace Flickr.Origin.Placement;

/// <summary>A node of the map. The weight is relative to the other nodes'.</summary>
internal sealed record ClusterNode(string Id, string Address, string Zone, double Weight);
