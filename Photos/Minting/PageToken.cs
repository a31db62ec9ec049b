namespace Flickr.Photos.Minting;

/// <summary>A page's one token.</summary>
public sealed record PageToken(string Token, long ExpiresMs);
