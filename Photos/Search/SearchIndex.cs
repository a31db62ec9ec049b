using System.Globalization;
using Flickr.Sql;

namespace Flickr.Photos.Search;

/// <summary>Keeps the words of a photo what its row says. Who may see it is not kept here: rights are judged at the query.</summary>
internal static class SearchIndex
{
    /// <summary>
    /// Writes the photo's words, or removes them unless it is published. To be called in the transaction that changed the
    /// photo, its tags or its album's name, after the change.
    /// </summary>
    public static async Task RefreshAsync(SqlSession session, string photoId)
    {
        var isPostgres = session.Engine == SqlEngine.PostgreSql;
        // Locked, so that of two who refresh one photo the later one has read the later text.
        var photo = await session.QueryFirstOrDefaultAsync<Source>(
            $"""
            SELECT p.id AS Id, p.owner_id AS OwnerId, p.album_id AS AlbumId, p.name AS Name, p.title AS Title,
                p.description AS Description, p.taken_at AS TakenAt, p.created_ms AS CreatedMs, p.state AS State,
                b.name AS AlbumName, b.title AS AlbumTitle
            FROM photo p JOIN album b ON b.id = p.album_id WHERE p.id = @photoId{(isPostgres ? " FOR UPDATE OF p" : "")}
            """, new { photoId });
        if (photo is not { State: "published" })
        {
            await RemoveAsync(session, photoId);
            return;
        }
        var tags = await session.QueryAsync<string>("SELECT tag FROM photo_tag WHERE photo_id = @photoId ORDER BY tag", new { photoId });
        string[] texts = [photo.Title, photo.Description, .. tags, photo.Name, photo.AlbumName,
            .. photo.AlbumTitle == photo.AlbumName ? Array.Empty<string>() : [photo.AlbumTitle]];
        var words = SearchWords.Stored(session.Engine,
            [SearchWords.OfOwner(photo.OwnerId), SearchWords.OfAlbum(photo.AlbumId), .. SearchText.Terms(texts)]);
        var row = new { photoId, version = (long)SearchText.Version, day = photo.Day, words };
        if (isPostgres)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO photo_search (photo_id, version, day, words) VALUES (@photoId, @version, @day, CAST(@words AS tsvector))
                ON CONFLICT (photo_id) DO UPDATE SET version = excluded.version, day = excluded.day, words = excluded.words
                """, row);
            return;
        }
        var doc = await session.ScalarAsync<long>(
            """
            INSERT INTO photo_search (photo_id, version, day) VALUES (@photoId, @version, @day)
            ON CONFLICT (photo_id) DO UPDATE SET version = excluded.version, day = excluded.day RETURNING doc
            """, row);
        await session.ExecuteAsync("INSERT OR REPLACE INTO photo_words (rowid, words) VALUES (@doc, @words)", new { doc, words });
    }

    private static async Task RemoveAsync(SqlSession session, string photoId)
    {
        if (session.Engine == SqlEngine.Sqlite)
        {
            await session.ExecuteAsync(
                "DELETE FROM photo_words WHERE rowid IN (SELECT doc FROM photo_search WHERE photo_id = @photoId)", new { photoId });
        }
        await session.ExecuteAsync("DELETE FROM photo_search WHERE photo_id = @photoId", new { photoId });
    }

    private sealed record Source(
        string Id, string OwnerId, string AlbumId, string Name, string Title, string Description, string? TakenAt, long CreatedMs,
        string State, string AlbumName, string AlbumTitle)
    {
        // The camera's own day, whatever its zone; the day of the upload in UTC where no camera wrote one.
        public long Day => TakenAt is { Length: >= 10 } taken
            && DateOnly.TryParseExact(taken.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? SearchQuery.NumberOf(day)
            : SearchQuery.NumberOf(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(CreatedMs).UtcDateTime));
    }
}
