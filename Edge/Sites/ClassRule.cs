using Flickr.Edge.Freshness;

namespace Flickr.Edge.Sites;

/// <summary>Cut-off and store rules of one class of one site.</summary>
/// <param name="ObjectBytesMax">Largest stored body.</param>
/// <param name="Store">How its answers are stored.</param>
internal sealed record ClassRule(long ObjectBytesMax, StoreRules Store);
