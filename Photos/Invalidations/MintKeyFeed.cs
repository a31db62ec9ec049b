namespace Flickr.Photos.Invalidations;

/// <summary>Answer of <c>GET /v1/keys/mint</c>.</summary>
public sealed record MintKeyFeed(long Version, IReadOnlyList<MintKeyFacts> Keys);
