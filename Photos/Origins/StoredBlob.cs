namespace Flickr.Photos.Origins;

/// <summary>What a storage node says of stored bytes.</summary>
public sealed record StoredBlob(string Digest, long Length, bool Existed);
