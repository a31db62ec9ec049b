using Flickr.Edge.Cache;
using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Sites;

/// <summary>What a host and a canonical target say by the rules of their site. Immutable.</summary>
/// <param name="Class">Class by path.</param>
/// <param name="UpstreamTarget">Path and query for the upstream, without tokens.</param>
/// <param name="Version">Version in the address of a photo (<c>v</c>), or null.</param>
/// <param name="Facts">Host and path for invalidations.</param>
/// <param name="Key">Cache key without a variant.</param>
internal readonly record struct AskedAddress(
    ObjectClass Class, string UpstreamTarget, string? Version, ObjectFacts Facts, CacheKey Key);
