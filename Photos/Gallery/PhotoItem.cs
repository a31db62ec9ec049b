namespace Flickr.Photos.Gallery;

/// <summary>A photo as a viewer sees it. <c>Thumbnail</c> and <c>Hd</c> are null while it is processed.</summary>
public sealed record PhotoItem(
    string Id, string Name, string Title, string Description, long? Width, long? Height, string? TakenAt, string? ThumbHash,
    PhotoFile? Thumbnail, PhotoFile? Hd, string Visibility, string State, string Owner, string Album, long Length, string Digest,
    bool Favourite);
