using Flickr.Photos.Rights;
using Flickr.Sql;

namespace Flickr.Photos.Gallery;

/// <summary>The statements over photos and their files that several rooms share.</summary>
internal static class PhotoStore
{
    public static Task<PhotoRow?> FindAsync(SqlSession session, string photoId) => session.QueryFirstOrDefaultAsync<PhotoRow>(
        $"SELECT {PhotoRow.Columns} FROM {PhotoRow.Tables} WHERE p.id = @photoId", new { photoId });

    public static Task<IReadOnlyList<ImageRow>> ImagesAsync(SqlSession session, string photoId) => session.QueryAsync<ImageRow>(
        $"SELECT {ImageRow.Columns} FROM image WHERE cdn_photo_key = @photoId", new { photoId });

    public static async Task<bool> IsSharedAsync(SqlSession session, string photoId, string? viewerId) =>
        viewerId is not null && await session.ScalarAsync<long?>(
            $"SELECT 1 FROM photo p WHERE p.id = @photoId AND {ShareRule.IsSharedWithViewer}", new { photoId, viewerId }) is not null;

    /// <summary>The next number of the album directory: orders every write to its names. Locks the album's row to the end of the transaction.</summary>
    public static Task<long> NextVersionAsync(SqlSession session, string albumId) => session.ScalarAsync<long>(
        "UPDATE album SET version = version + 1 WHERE id = @albumId RETURNING version", new { albumId });

    /// <summary>
    /// Takes a fresh generation for writing a photo's links, and the photo as it is at that moment; null when there is no
    /// such photo. Storage settles two writes of one generation by their checksums, so two contents must never share one:
    /// whoever writes links takes a generation first, and a later taker has read a later state.
    /// </summary>
    public static async Task<PhotoRow?> TakeGenerationAsync(SqlSession session, string photoId)
    {
        while (await session.ScalarAsync<string>("SELECT album_id FROM photo WHERE id = @photoId", new { photoId }) is { } albumId)
        {
            var generation = await NextVersionAsync(session, albumId);
            // It may have been moved before the album's row was locked; the number would then belong to another directory.
            if (await session.ExecuteAsync(
                "UPDATE photo SET generation = @generation WHERE id = @photoId AND album_id = @albumId",
                new { photoId, albumId, generation }) == 1)
            {
                return await FindAsync(session, photoId);
            }
        }
        return null;
    }

    /// <summary>
    /// Throws unless the photo and its owner are as they were read before links were written: then the step runs again and
    /// writes what is so now.
    /// </summary>
    public static async Task CheckUnchangedAsync(SqlSession session, PhotoRow before)
    {
        var now = await FindAsync(session, before.Id);
        if (now is null || now.State == "deleted" || now.Generation != before.Generation
            || now.AlbumId != before.AlbumId || now.AlbumName != before.AlbumName || now.OwnerEpoch != before.OwnerEpoch
            || now.OwnerVisibility != before.OwnerVisibility)
        {
            throw new PhotoChangedException();
        }
    }
}

/// <summary>A photo changed while its links were written: to be tried again.</summary>
public sealed class PhotoChangedException() : InvalidOperationException("the photo changed meanwhile");
