using Flickr.Photos.Albums;
using Flickr.Photos.Gallery;
using Flickr.Photos.Publishing;
using Flickr.Sql;

namespace Flickr.Photos.Sharing;

/// <summary>Albums shared as a whole: whoever has one sees every photo that lies in it, as long as it does. Thread-safe.</summary>
public sealed class AlbumShares(Database database, AlbumChanges changes, TimeProvider time)
{
    /// <summary>Guests of an album, by name; null when there is no such album of this owner.</summary>
    public Task<IReadOnlyList<string>?> ListAsync(string ownerId, string album, CancellationToken cancellationToken) =>
        database.ReadAsync(async session => await AlbumAsync(session, ownerId, album) is { } albumId
            ? await session.QueryAsync<string>(
                """
                SELECT a.name FROM album_share g JOIN account a ON a.id = g.user_id WHERE g.album_id = @albumId ORDER BY a.name
                """, new { albumId })
            : null, cancellationToken);

    /// <summary>Shares an album with a user; false when it is not this owner's or there is no such user. Twice is once.</summary>
    public Task<bool> AddAsync(string ownerId, string album, string userName, CancellationToken cancellationToken) =>
        database.WriteAsync(async session =>
        {
            var guest = await GuestAsync(session, userName);
            if (guest is null || guest == ownerId || await AlbumAsync(session, ownerId, album) is not { } albumId)
            {
                return false;
            }
            await session.ExecuteAsync(
                """
                INSERT INTO album_share (album_id, user_id, created_ms) VALUES (@albumId, @guest, @now) ON CONFLICT DO NOTHING
                """, new { albumId, guest, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
            return true;
        }, cancellationToken);

    /// <summary>Takes it back, and with it every token the guest was given before. Null when there is no such album or user.</summary>
    public async Task<ChangeAnswer?> RemoveAsync(
        string ownerId, string album, string userName, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (albumId, guest) = await database.ReadAsync(async session => (
            await AlbumAsync(session, ownerId, album), await GuestAsync(session, userName)), cancellationToken);
        return albumId is null || guest is null
            ? null
            : await changes.RevokeAsync(albumId, guest, session => session.ExecuteAsync(
                "DELETE FROM album_share WHERE album_id = @albumId AND user_id = @guest", new { albumId, guest }), wait, cancellationToken);
    }

    /// <summary>What an owner shares with users: photos by themselves, and albums.</summary>
    internal Task<(IReadOnlyList<SharedThing> Photos, IReadOnlyList<SharedThing> Albums)> GivenAsync(
        string ownerId, CancellationToken cancellationToken) => database.ReadAsync(async session => (
            await session.QueryAsync<SharedThing>(
                """
                SELECT p.id AS Id, p.name AS Name, b.name AS Album, a.name AS UserName
                FROM photo p JOIN share s ON s.cdn_photo_key = p.id JOIN account a ON a.id = s.user_id JOIN album b ON b.id = p.album_id
                WHERE p.owner_id = @ownerId AND p.state = 'published' ORDER BY p.id DESC, a.name LIMIT 10000
                """, new { ownerId }),
            await session.QueryAsync<SharedThing>(
                """
                SELECT b.id AS Id, b.name AS Name, b.name AS Album, a.name AS UserName
                FROM album b JOIN album_share g ON g.album_id = b.id JOIN account a ON a.id = g.user_id
                WHERE b.owner_id = @ownerId ORDER BY b.name, a.name LIMIT 10000
                """, new { ownerId })), cancellationToken);

    private static Task<string?> AlbumAsync(SqlSession session, string ownerId, string album) => session.ScalarAsync<string>(
        "SELECT id FROM album WHERE owner_id = @ownerId AND name_key = @key", new { ownerId, key = CdnNames.KeyOf(album) });

    private static Task<string?> GuestAsync(SqlSession session, string userName) =>
        session.ScalarAsync<string>("SELECT id FROM account WHERE name = @userName", new { userName });
}

/// <summary>One thing shared with one user.</summary>
internal sealed record SharedThing(string Id, string Name, string Album, string UserName);
