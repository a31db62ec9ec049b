namespace Flickr.Photos.Uploads;

/// <summary>A variant in storage.</summary>
public sealed record StoredVariant(string Resolution, string Digest, long LengthBytes, int Width, int Height);
