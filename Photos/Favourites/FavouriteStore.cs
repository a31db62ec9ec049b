using Flickr.Photos.Gallery;
using Flickr.Photos.Ids;
using Flickr.Sql;

namespace Flickr.Photos.Favourites;

/// <summary>Favourites: sparse, so in a table of their own. Thread-safe.</summary>
public sealed class FavouriteStore(Database database, PhotoPages pages, PhotoItems items, SortableIds ids, TimeProvider time)
{
    /// <summary>Marks a photo; false when the viewer may not know of it. Twice is once.</summary>
    public async Task<bool> AddAsync(string viewerId, string photoId, CancellationToken cancellationToken)
    {
        if (await pages.FindAsync(viewerId, photoId, cancellationToken) is null)
        {
            return false;
        }
        await database.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO favorite (id, cdn_photo_key, user_id, created_ms) VALUES (@id, @photoId, @viewerId, @now)
            ON CONFLICT DO NOTHING
            """, new { id = ids.Next(), photoId, viewerId, now = time.GetUtcNow().ToUnixTimeMilliseconds() }), cancellationToken);
        return true;
    }

    /// <summary>Unmarks a photo, whether or not it was marked.</summary>
    public Task RemoveAsync(string viewerId, string photoId, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.ExecuteAsync(
            "DELETE FROM favorite WHERE user_id = @viewerId AND cdn_photo_key = @photoId", new { viewerId, photoId }), cancellationToken);

    /// <summary>A user's favourites that the user may still see, newest photo first; and the id to go on by, null at the end.</summary>
    public async Task<(IReadOnlyList<PhotoItem> Items, string? Next)> ListAsync(
        string viewerId, string? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(session => session.QueryAsync<SeenPhoto>(
            $"""
            {SeenPhoto.Select} JOIN favorite m ON m.cdn_photo_key = p.id AND m.user_id = @viewerId
            WHERE p.state = 'published' AND p.id < @after ORDER BY p.id DESC LIMIT @limit
            """, new { viewerId, after = after ?? SortableIds.AfterAll, limit = (long)limit }), cancellationToken);
        var seen = new List<PhotoItem>(rows.Count);
        foreach (var row in rows)
        {
            if (await items.ItemAsync(row, viewerId, cancellationToken) is { } item)
            {
                seen.Add(item);
            }
        }
        return (seen, rows.Count == limit ? rows[^1].Id : null);
    }
}
