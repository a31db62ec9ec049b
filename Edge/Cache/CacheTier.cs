namespace Flickr.Edge.Cache;

/// <summary>Where an object was found.</summary>
internal enum CacheTier
{
    None,
    Memory,
    Log,
}
