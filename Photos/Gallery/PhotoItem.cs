namespace Flickr.Photos.Gallery;

/// <summary>
/// A photo as a viewer sees it. <c>Thumbnail</c>, <c>Hd</c> and <c>Files</c> are missing while it is processed; <c>Place</c> is for
/// its owner alone.
/// </summary>
public sealed record PhotoItem(
    string Id, string Name, string Title, string Description, long? Width, long? Height, string? TakenAt, string? ThumbHash,
    PhotoFile? Thumbnail, PhotoFile? Hd, string Visibility, string State, string Owner, string Album, long Length, string Digest,
    bool Favourite)
{
    /// <summary>Tags, in their order.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Every variant, smallest first and JPEG before WebP: ready for <c>srcset</c>.</summary>
    public IReadOnlyList<PhotoVariant> Files { get; init; } = [];

    /// <summary>Dominant colour as <c>#rrggbb</c>; null for photos published before it was taken.</summary>
    public string? Color { get; init; }

    /// <summary>Maker and model; null when unknown.</summary>
    public string? Camera { get; init; }

    /// <summary>Where it was taken; null for everybody but the owner.</summary>
    public PhotoPlace? Place { get; init; }
}

/// <summary>Degrees north and east.</summary>
public sealed record PhotoPlace(double Latitude, double Longitude);

/// <summary>One size of a photo in one format.</summary>
public sealed record PhotoVariant(string Resolution, string Type, string Url, long Width, long Height);
