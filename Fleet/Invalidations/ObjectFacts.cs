using System.Collections.Immutable;

namespace Flickr.Fleet.Invalidations;

/// <summary>
/// What an invalidation can name of a cached object. Kept with the object from its fill on.
/// </summary>
/// <param name="Host">Host in lower case, with port when the client named one, e.g.
/// <c>img.example:8081</c>.</param>
/// <param name="Path">The canonical path without query.</param>
/// <param name="Tags">Surrogate keys; default counts as empty.</param>
/// <param name="Owner">Owner id; null when the origin named none.</param>
/// <param name="OwnerEpoch">The owner's epoch that the origin stated with the object.</param>
/// <param name="IsPrivate">Whether a token is needed.</param>
public readonly record struct ObjectFacts(
    string Host,
    string Path,
    ImmutableArray<string> Tags,
    string? Owner,
    long OwnerEpoch,
    bool IsPrivate);
