namespace Flickr.Fleet.Placement;

/// <summary>A node that keys can be placed on.</summary>
/// <param name="Name">Its stable name; placement follows the name, not the address.</param>
/// <param name="Weight">Its share relative to the others, e.g. disk size; 1 for all when they are
/// alike.</param>
public readonly record struct PlacementNode(string Name, double Weight = 1);
