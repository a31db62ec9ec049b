using Flickr.Photos.Albums;
using Flickr.Photos.Ids;
using Flickr.Photos.Imaging;
using Flickr.Photos.Publishing;
using Flickr.Sql;

namespace Flickr.Photos.Gallery;

/// <summary>
/// Moves a photo into another album of its owner. Generations are numbers of a directory: the old names are removed under the
/// old album's next one, the new names are written under the new album's.
/// </summary>
internal static class PhotoMove
{
    private const int NumberMax = 10_000;

    /// <summary>Moves it, and notes in <paramref name="state"/> what is to be removed. Where it lies already, nothing happens.</summary>
    /// <exception cref="PhotoIsThereException">The album has a photo of these bytes.</exception>
    public static async Task MoveAsync(
        SqlSession session, SortableIds ids, TimeProvider time, PhotoRow photo, string albumName, PhotoChangeState state)
    {
        var to = await AlbumStore.EnsureAsync(session, ids, photo.OwnerId, albumName, time);
        if (to == photo.AlbumId)
        {
            return;
        }
        // Both rows in one order, so that two moves against each other do not wait for each other.
        var isFirst = string.CompareOrdinal(photo.AlbumId, to) < 0;
        var first = await PhotoStore.NextVersionAsync(session, isFirst ? photo.AlbumId : to);
        var second = await PhotoStore.NextVersionAsync(session, isFirst ? to : photo.AlbumId);
        var (oldVersion, version) = isFirst ? (first, second) : (second, first);
        if (await session.ScalarAsync<string>(
            "SELECT id FROM photo WHERE album_id = @to AND digest = @Digest AND state <> 'deleted'", new { to, photo.Digest }) is not null)
        {
            throw new PhotoIsThereException();
        }
        var album = await session.QueryFirstOrDefaultAsync<AlbumRow>($"{AlbumRow.Select} WHERE b.id = @to", new { to });
        var name = await FreeNameAsync(session, to, photo.Name);
        await session.ExecuteAsync(
            """
            UPDATE photo SET album_id = @to, name = @name, stem_key = @stemKey, generation = @version, published_version = @version
            WHERE id = @Id
            """, new { photo.Id, to, name, stemKey = StemKeyOf(name), version });
        await session.ExecuteAsync("UPDATE album SET cover_id = NULL WHERE id = @AlbumId AND cover_id = @Id", new { photo.AlbumId, photo.Id });
        var images = await PhotoStore.ImagesAsync(session, photo.Id);
        foreach (var image in images)
        {
            await session.ExecuteAsync("UPDATE image SET cdn_path = @path WHERE cdn_path = @CdnPath",
                new { image.CdnPath, path = CdnNames.PathOf(photo.OwnerName, album!.Name, image.Resolution, name).Value });
        }
        (state.AlbumId, state.OldAlbumId, state.OldGeneration) = (to, photo.AlbumId, oldVersion);
        // All that a photo may have, not only what it has: a second format may be on its way to the old names.
        state.OldPaths = [.. images.Select(image => image.CdnPath)
            .Union(ImageRung.Resolutions.Select(resolution => photo.PathOf(resolution).Value), StringComparer.Ordinal)];
    }

    private static async Task<string> FreeNameAsync(SqlSession session, string albumId, string asked)
    {
        for (var number = 1; number <= NumberMax; number++)
        {
            var name = CdnNames.Numbered(asked, number);
            if (await session.ScalarAsync<string>(
                "SELECT id FROM photo WHERE album_id = @albumId AND stem_key = @stemKey AND state <> 'deleted'",
                new { albumId, stemKey = StemKeyOf(name) }) is null)
            {
                return name;
            }
        }
        throw new InvalidOperationException($"{NumberMax} photos of one name in one album");
    }

    private static string StemKeyOf(string name) => CdnNames.KeyOf(CdnNames.StemOf(name));
}

/// <summary>The album has a photo of the same bytes.</summary>
public sealed class PhotoIsThereException() : InvalidOperationException("the album has a photo of these bytes");
