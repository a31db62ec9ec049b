using System.Text.Json;
using Flickr.Photos.Gallery;
using Flickr.Photos.Origins;
using Flickr.Sql;

namespace Flickr.Photos.Publishing;

/// <summary>
/// Writes <c>album.json</c>. Of a public owner it is public and lists the public photos only; of a private owner it is
/// private and lists all, since whoever holds a token for the directory may see all. Its generation is the album's
/// version in the snapshot it was made of, so that an older document never overwrites a newer one.
/// </summary>
public sealed class AlbumDocument(Database database, OriginClient origin)
{
    private const int ItemsMax = 10_000;

    /// <summary>Writes it as the album is now. Returns its path, for the invalidation.</summary>
    public async Task<string> WriteAsync(string albumId, CancellationToken cancellationToken)
    {
        var (album, photos) = await database.ReadAsync(async session =>
        {
            var found = await session.QueryFirstOrDefaultAsync<AlbumFacts>(
                """
                SELECT b.id AS Id, b.name AS Name, b.title AS Title, b.version AS Version, a.id AS OwnerId, a.name AS OwnerName,
                    a.epoch AS OwnerEpoch, a.visibility AS OwnerVisibility, b.deleted_ms AS DeletedMs
                FROM album b JOIN account a ON a.id = b.owner_id WHERE b.id = @albumId
                """, new { albumId }) ?? throw new InvalidDataException("no such album");
            var rows = await session.QueryAsync<PhotoRow>(
                $"""
                SELECT {PhotoRow.Columns} FROM {PhotoRow.Tables}
                WHERE p.album_id = @albumId AND p.state = 'published' ORDER BY p.id DESC LIMIT {ItemsMax}
                """, new { albumId });
            return (found, rows);
        }, cancellationToken);
        var path = CdnNames.DocumentOf(album.OwnerName, album.Name).Value;
        if (album.DeletedMs is not null)
        {
            return path; // removed with the directory
        }
        var isPublic = album.OwnerVisibility == "public";
        var document = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                Version = 1,
                Owner = album.OwnerName,
                Album = album.Name,
                album.Title,
                Revision = album.Version,
                Photos = photos.Where(photo => photo.HiddenMs is null && (!isPublic || photo.IsPublic)).Select(photo => new
                {
                    photo.Id,
                    photo.Name,
                    photo.Title,
                    photo.Description,
                    photo.TakenAt,
                    photo.Width,
                    photo.Height,
                    photo.ThumbHash,
                    Thumbnail = photo.PathOf("thumbnail").Value,
                    Hd = photo.PathOf("hd").Value,
                }),
            }, JsonSerializerOptions.Web);
        await origin.LinkAsync(
            new CdnLink(path, "", "application/json", album.OwnerId, album.OwnerEpoch, isPublic,
                $"album:{album.Id} owner:{album.OwnerId}", album.Version, "public, max-age=60"),
            document, cancellationToken);
        return path;
    }

    private sealed record AlbumFacts(
        string Id, string Name, string Title, long Version, string OwnerId, string OwnerName, long OwnerEpoch, string OwnerVisibility,
        long? DeletedMs);
}
