namespace Flickr.Photos.Gallery;

/// <summary>A picture on the edge.</summary>
public sealed record PhotoFile(string Url, long Width, long Height);
