namespace Flickr.Photos.Gallery;

/// <summary>An original: address with its token, SHA-256 in hex, bytes, file name.</summary>
public sealed record OriginalAddress(string Url, string Digest, long Length, string Name);
