using Flickr.Photos.Gallery;
using Flickr.Photos.Ids;
using Flickr.Sql;

namespace Flickr.Photos.Sharing;

/// <summary>Who may see whose photo. Thread-safe.</summary>
public sealed class ShareStore(Database database, PhotoItems items, PhotoChanges changes, SortableIds ids, TimeProvider time)
{
    /// <summary>Users a photo is shared with, by name; null when it is not this owner's.</summary>
    public Task<IReadOnlyList<string>?> ListAsync(string ownerId, string photoId, CancellationToken cancellationToken) =>
        database.ReadAsync(async session => await OwnAsync(session, ownerId, photoId) is null
            ? null
            : await session.QueryAsync<string>(
                """
                SELECT a.name FROM share s JOIN account a ON a.id = s.user_id
                WHERE s.cdn_photo_key = @photoId ORDER BY a.name
                """, new { photoId }), cancellationToken);

    /// <summary>Shares a photo with a user; false when the photo is not this owner's or there is no such user. Twice is once.</summary>
    public Task<bool> AddAsync(string ownerId, string photoId, string userName, CancellationToken cancellationToken) =>
        database.WriteAsync(async session =>
        {
            var guest = await GuestAsync(session, userName);
            if (guest is null || guest == ownerId || await OwnAsync(session, ownerId, photoId) is null)
            {
                return false;
            }
            await session.ExecuteAsync(
                """
                INSERT INTO share (id, cdn_photo_key, user_id, created_ms) VALUES (@id, @photoId, @guest, @now)
                ON CONFLICT DO NOTHING
                """, new { id = ids.Next(), photoId, guest, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
            return true;
        }, cancellationToken);

    /// <summary>Takes a share back, and with it every token made for the photo before. Null when there was none.</summary>
    public async Task<ChangeAnswer?> RemoveAsync(
        string ownerId, string photoId, string userName, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (photo, guest) = await database.ReadAsync(async session => (
            await OwnAsync(session, ownerId, photoId), await GuestAsync(session, userName)), cancellationToken);
        if (photo is null || guest is null)
        {
            return null;
        }
        return await changes.RevokeAsync(photoId, photo.AlbumId, session => session.ExecuteAsync(
            "DELETE FROM share WHERE cdn_photo_key = @photoId AND user_id = @guest", new { photoId, guest }), wait, cancellationToken);
    }

    /// <summary>
    /// Photos that others have shared with a user, by themselves or with their album, newest first. The statement asks for the
    /// right, so that fewer than <paramref name="limit"/> means the end.
    /// </summary>
    public async Task<IReadOnlyList<PhotoItem>> SharedWithAsync(
        string viewerId, string? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(session => session.QueryAsync<SeenPhoto>(
            $"""
            {SeenPhoto.Select}
            WHERE p.id IN (SELECT s.cdn_photo_key FROM share s WHERE s.user_id = @viewerId
                UNION SELECT q.id FROM album_share g JOIN photo q ON q.album_id = g.album_id WHERE g.user_id = @viewerId)
                AND p.state = 'published' AND p.hidden_ms IS NULL AND p.id < @after
            ORDER BY p.id DESC LIMIT @limit
            """, new { viewerId, after = after ?? SortableIds.AfterAll, limit = (long)limit }), cancellationToken);
        var shared = new List<PhotoItem>(rows.Count);
        foreach (var row in rows)
        {
            if (await items.ItemAsync(row, viewerId, cancellationToken) is { } item)
            {
                shared.Add(item);
            }
        }
        return shared;
    }

    private static async Task<PhotoRow?> OwnAsync(SqlSession session, string ownerId, string photoId) =>
        await PhotoStore.FindAsync(session, photoId) is { State: not "deleted" } photo && photo.OwnerId == ownerId ? photo : null;

    private static Task<string?> GuestAsync(SqlSession session, string userName) =>
        session.ScalarAsync<string>("SELECT id FROM account WHERE name = @userName", new { userName });
}
