namespace Flickr.Photos.Publishing;

/// <summary>A name on the CDN and all that edges must know of it.</summary>
/// <param name="Path">Canonical path.</param>
/// <param name="Digest">The blob; ignored when the bytes are given with the link.</param>
/// <param name="MediaType">Content type.</param>
/// <param name="OwnerId">Owner's id.</param>
/// <param name="OwnerEpoch">Owner's epoch.</param>
/// <param name="IsPublic">Whether it may be had without a token.</param>
/// <param name="Tags">Surrogate keys, space-separated.</param>
/// <param name="Generation">Order of writes to this name.</param>
/// <param name="CacheControl">What the edge is told; null for the default.</param>
public sealed record CdnLink(
    string Path, string Digest, string MediaType, string OwnerId, long OwnerEpoch, bool IsPublic, string Tags, long Generation,
    string? CacheControl = null);
