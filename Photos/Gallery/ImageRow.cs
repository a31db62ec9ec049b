namespace Flickr.Photos.Gallery;

/// <summary>A row of <c>image</c>: one file of a photo on the CDN.</summary>
public sealed record ImageRow(
    string CdnPath, string CdnPhotoKey, string FileKey, string Resolution, string OwnerId, long IsPublic, long Width, long Height,
    long LengthBytes)
{
    internal const string Columns =
        """
        cdn_path AS CdnPath, cdn_photo_key AS CdnPhotoKey, file_key AS FileKey, resolution AS Resolution, owner_id AS OwnerId,
        is_public AS IsPublic, width AS Width, height AS Height, length_bytes AS LengthBytes
        """;
}
