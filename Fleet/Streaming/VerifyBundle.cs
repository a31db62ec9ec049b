namespace Flickr.Fleet.Streaming;

/// <summary>The keys that an edge verifies with, or that a service mints with.</summary>
/// <param name="Version">Rises with every change of any key.</param>
/// <param name="Term">The control plane's term.</param>
/// <param name="Keys">The keys.</param>
/// <param name="Edges">Public addresses of the live edges; only in the mint bundle.</param>
public sealed record VerifyBundle(
    long Version, long Term, IReadOnlyList<BundleKey> Keys, IReadOnlyList<string>? Edges = null);
