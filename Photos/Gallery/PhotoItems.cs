using System.Globalization;
using Flickr.Photos.Imaging;
using Flickr.Photos.Minting;
using Flickr.Photos.Publishing;
using Flickr.Photos.Rights;
using Flickr.Tokens;

namespace Flickr.Photos.Gallery;

/// <summary>Turns rows into what a viewer is answered, with addresses that open exactly what the viewer may see.</summary>
public sealed class PhotoItems(EdgeAddresses addresses)
{
    /// <summary>The token of an album's page; null for all but its owner.</summary>
    internal async Task<PageToken?> TokenAsync(
        string? viewerId, string ownerId, string ownerName, long ownerEpoch, string albumName, CancellationToken cancellationToken) =>
        viewerId == ownerId
            ? await addresses.MintPageAsync(
                ownerId, ownerEpoch, viewerId, CdnNames.DirectoryOf(ownerName, albumName), cancellationToken)
            : null;

    /// <summary>One photo by itself; null when the viewer may not know of it.</summary>
    internal async Task<PhotoItem?> ItemAsync(SeenPhoto photo, string? viewerId, CancellationToken cancellationToken) =>
        PhotoRights.Judge(photo.Facts, viewerId) == PhotoRight.None
            ? null
            : await ItemAsync(photo, viewerId,
                await TokenAsync(viewerId, photo.OwnerId, photo.OwnerName, photo.OwnerEpoch, photo.AlbumName, cancellationToken),
                cancellationToken);

    /// <summary>One photo of a page. The right has been judged.</summary>
    internal async Task<PhotoItem> ItemAsync(
        SeenPhoto photo, string? viewerId, PageToken? token, CancellationToken cancellationToken)
    {
        var isShared = token is null && PhotoRights.Judge(photo.Facts, viewerId) == PhotoRight.Shared;
        async Task<PhotoFile?> FileAsync(string? path, string? digest, long? width, long? height, string resolution, PhotoClasses opens)
        {
            if (path is null || digest is null)
            {
                return null;
            }
            var url = isShared
                ? await addresses.OfSharedAsync(photo.OwnerId, photo.OwnerEpoch, viewerId, photo.Id,
                    CdnNames.PathOf(photo.OwnerName, photo.AlbumName, resolution, photo.Name), digest, opens, photo.LinkEnds, cancellationToken)
                : addresses.Of(path, digest, token);
            return new PhotoFile(url, width ?? 0, height ?? 0);
        }
        var files = new List<PhotoVariant>();
        foreach (var (resolution, digest, width, height) in FilesOf(photo))
        {
            var path = CdnNames.PathOf(photo.OwnerName, photo.AlbumName, resolution, photo.Name).Value;
            var opens = resolution.StartsWith("thumbnail", StringComparison.Ordinal) ? PhotoClasses.Thumb : PhotoClasses.Rendition;
            var file = await FileAsync(path, digest, width, height, resolution, opens);
            files.Add(new PhotoVariant(resolution.Split('.')[0], ImageRung.MediaOf(resolution), file!.Url, width, height));
        }
        return new PhotoItem(
            photo.Id, photo.Name, photo.Title, photo.Description, photo.Width, photo.Height, photo.TakenAt, photo.ThumbHash,
            await FileAsync(photo.ThumbnailPath, photo.ThumbnailDigest, photo.ThumbnailWidth, photo.ThumbnailHeight, "thumbnail",
                PhotoClasses.Thumb),
            await FileAsync(photo.HdPath, photo.HdDigest, photo.HdWidth, photo.HdHeight, "hd", PhotoClasses.Rendition),
            photo.Visibility, photo.State, photo.OwnerName, photo.AlbumName, photo.LengthBytes, photo.Digest, photo.Favourites > 0)
        {
            Tags = photo.Tags?.Split('\n').Order(StringComparer.Ordinal).ToList() ?? [],
            Files = files,
            Color = photo.Color,
            Camera = photo.Camera,
            Place = viewerId == photo.OwnerId && photo is { Latitude: { } latitude, Longitude: { } longitude }
                ? new PhotoPlace(latitude, longitude) : null,
        };
    }

    private static IEnumerable<(string Resolution, string Digest, long Width, long Height)> FilesOf(SeenPhoto photo) =>
        (photo.Files?.Split('\n') ?? []).Select(line => line.Split(' ')).Select(parts =>
            (parts[0], parts[1], long.Parse(parts[2], CultureInfo.InvariantCulture), long.Parse(parts[3], CultureInfo.InvariantCulture)))
        .OrderBy(file => ImageRung.MediaOf(file.Item1), StringComparer.Ordinal).ThenBy(file => file.Item3 * file.Item4);
}
