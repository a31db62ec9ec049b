using Flickr.Photos.Ids;
using Flickr.Photos.Publishing;
using Flickr.Sql;

namespace Flickr.Photos.Albums;

/// <summary>The statements over albums.</summary>
internal static class AlbumStore
{
    /// <summary>The album's id; it is made when there is none of that name (case and form do not matter).</summary>
    public static async Task<string> EnsureAsync(
        SqlSession session, SortableIds ids, string ownerId, string name, TimeProvider time)
    {
        var key = CdnNames.KeyOf(name);
        if (await FindIdAsync(session, ownerId, key) is { } known)
        {
            return known;
        }
        return await TryAddAsync(session, ids, ownerId, name, name, "", time) ?? (await FindIdAsync(session, ownerId, key))!;
    }

    /// <summary>
    /// Adds an album; null when there is one of that name. Its version begins above every version of the owner's albums:
    /// another album may have had the same directory, and what was written and removed there must stay the older.
    /// </summary>
    public static async Task<string?> TryAddAsync(
        SqlSession session, SortableIds ids, string ownerId, string name, string title, string description, TimeProvider time)
    {
        var version = await NextVersionOfOwnerAsync(session, ownerId);
        var id = ids.Next();
        var added = await session.ExecuteAsync(
            """
            INSERT INTO album (id, owner_id, name, name_key, title, description, version, created_ms)
            VALUES (@id, @ownerId, @name, @key, @title, @description, @version, @now) ON CONFLICT DO NOTHING
            """,
            new
            {
                id,
                ownerId,
                name,
                key = CdnNames.KeyOf(name),
                title,
                description,
                version,
                now = time.GetUtcNow().ToUnixTimeMilliseconds(),
            });
        if (added == 0)
        {
            return null;
        }
        var owner = await session.ScalarAsync<string>("SELECT name FROM account WHERE id = @ownerId", new { ownerId });
        await session.ExecuteAsync(
            "INSERT INTO image_dir (cdn_dir, user_id, album_id) VALUES (@dir, @ownerId, @id)",
            new { dir = CdnNames.DirectoryOf(owner!, name).Value, ownerId, id });
        return id;
    }

    /// <summary>An album by its owner's and its own name; null when there is none.</summary>
    public static Task<AlbumRow?> FindAsync(SqlSession session, string ownerName, string albumName) =>
        session.QueryFirstOrDefaultAsync<AlbumRow>(
            $"{AlbumRow.Select} WHERE a.name = @ownerName AND b.name_key = @key",
            new { ownerName, key = CdnNames.KeyOf(albumName) });

    /// <summary>A version above all of the owner's albums, in an order of its own. Locks the owner's row to the end of the transaction.</summary>
    public static async Task<long> NextVersionOfOwnerAsync(SqlSession session, string ownerId)
    {
        if (session.Engine == SqlEngine.PostgreSql)
        {
            await session.ExecuteAsync("SELECT id FROM account WHERE id = @ownerId FOR NO KEY UPDATE", new { ownerId });
        }
        return await session.ScalarAsync<long?>("SELECT MAX(version) FROM album WHERE owner_id = @ownerId", new { ownerId }) + 1 ?? 0;
    }

    // Held against a rename or a deletion to the end of the transaction: an upload is never taken into an album that goes away.
    private static Task<string?> FindIdAsync(SqlSession session, string ownerId, string key) => session.ScalarAsync<string>(
        $"SELECT id FROM album WHERE owner_id = @ownerId AND name_key = @key{(session.Engine == SqlEngine.PostgreSql ? " FOR SHARE" : "")}",
        new { ownerId, key });
}

/// <summary>An album with what its pages need of its owner.</summary>
internal sealed record AlbumRow(
    string Id, string Name, string Title, string OwnerId, string OwnerName, long OwnerEpoch, string OwnerVisibility,
    long Version)
{
    public const string Select =
        """
        SELECT b.id AS Id, b.name AS Name, b.title AS Title, a.id AS OwnerId, a.name AS OwnerName, a.epoch AS OwnerEpoch,
            a.visibility AS OwnerVisibility, b.version AS Version
        FROM album b JOIN account a ON a.id = b.owner_id
        """;
}
