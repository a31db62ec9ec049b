namespace Flickr.Photos.Gallery;

/// <summary>A page of photos; ids to go on by, the version to keep, and how many newer photos (at most 99) it leaves out.</summary>
public sealed record PhotoPage(
    string Owner, string Album, string? Token, long? TokenExpiresMs, IReadOnlyList<PhotoItem> Items, string? Next, string? Previous,
    long PageVersion, string? PreviousFirst, string? PreviousLast, long NewerCount);
