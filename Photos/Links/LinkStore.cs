using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Flickr.Photos.Albums;
using Flickr.Photos.Gallery;
using Flickr.Photos.Ids;
using Flickr.Photos.Publishing;
using Flickr.Sql;
using Microsoft.AspNetCore.Identity;

namespace Flickr.Photos.Links;

/// <summary>Links that share a photo or an album with whoever holds them. Thread-safe.</summary>
public sealed class LinkStore(Database database, AlbumChanges changes, SortableIds ids, TimeProvider time)
{
    private const int SecretBytes = 24;
    private static readonly PasswordHasher<string> Hasher = new();

    /// <summary>Makes a link to a photo, or else to an album; null when it is not this owner's.</summary>
    /// <returns>The link, and its secret: only the hash of it is kept.</returns>
    public async Task<(LinkRow Link, string Secret)?> AddAsync(string ownerId, string? photoId, string? albumName, string? password,
        long? expiresMs, bool givesOriginals, CancellationToken cancellationToken)
    {
        var id = ids.Next();
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var passwordHash = password is null ? null : Hasher.HashPassword(id, password);
        var link = await database.WriteAsync(async session =>
        {
            var photo = photoId is null ? null : await session.ScalarAsync<string>(
                "SELECT id FROM photo WHERE id = @photoId AND owner_id = @ownerId AND state = 'published'", new { photoId, ownerId });
            var album = photoId is not null ? null : await session.ScalarAsync<string>(
                "SELECT id FROM album WHERE owner_id = @ownerId AND name_key = @key",
                new { ownerId, key = CdnNames.KeyOf(albumName ?? "") });
            if (photo is null && album is null)
            {
                return null;
            }
            await session.ExecuteAsync(
                """
                INSERT INTO link_share (id, owner_id, secret_hash, photo_id, album_id, password_hash, expires_ms, gives_originals, created_ms)
                VALUES (@id, @ownerId, @hash, @photo, @album, @passwordHash, @expiresMs, @originals, @now)
                """,
                new { id, ownerId, hash = HashOf(secret), photo, album, passwordHash, expiresMs, originals = givesOriginals ? 1L : 0L, now = NowMs });
            return await session.QueryFirstOrDefaultAsync<LinkRow>($"{LinkRow.Select} WHERE l.id = @id", new { id });
        }, cancellationToken);
        return link is null ? null : (link, secret);
    }

    /// <summary>An owner's links that are not taken back, newest first.</summary>
    public Task<IReadOnlyList<LinkRow>> ListAsync(string ownerId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryAsync<LinkRow>(
            $"{LinkRow.Select} WHERE l.owner_id = @ownerId AND l.revoked_ms IS NULL ORDER BY l.id DESC LIMIT 1000", new { ownerId }),
            cancellationToken);

    /// <summary>Takes a link back, and with it every token given out under it. Null when this owner has none of that id.</summary>
    public async Task<ChangeAnswer?> RevokeAsync(string ownerId, string linkId, TimeSpan wait, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(async session =>
        {
            var link = await session.QueryFirstOrDefaultAsync<LinkRow>(
                $"{LinkRow.Select} WHERE l.id = @linkId AND l.owner_id = @ownerId AND l.revoked_ms IS NULL", new { linkId, ownerId });
            return link is null ? null : new Found(link, link.AlbumId ?? await session.ScalarAsync<string>(
                "SELECT album_id FROM photo WHERE id = @PhotoId", new { link.PhotoId }));
        }, cancellationToken);
        return found is null
            ? null
            : await changes.RevokeAsync(found.AlbumId!, found.Link.Viewer, session => session.ExecuteAsync(
                "UPDATE link_share SET revoked_ms = @now WHERE id = @linkId", new { linkId, now = NowMs }), wait, cancellationToken);
    }

    /// <summary>The link of a secret; null for none or one that was taken back. Whether it has ended is for the caller.</summary>
    public Task<LinkRow?> FindAsync(string secret, CancellationToken cancellationToken) => secret.Length > 100
        ? Task.FromResult<LinkRow?>(null)
        : database.ReadAsync(session => session.QueryFirstOrDefaultAsync<LinkRow>(
            $"{LinkRow.Select} WHERE l.secret_hash = @hash AND l.revoked_ms IS NULL", new { hash = HashOf(secret) }), cancellationToken);

    /// <summary>Whether this is the link's password; true of a link without one.</summary>
    public static bool Opens(LinkRow link, string? password) => link.PasswordHash is null || (password is { Length: > 0 and <= 256 }
        && Hasher.VerifyHashedPassword(link.Id, link.PasswordHash, password) != PasswordVerificationResult.Failed);

    /// <summary>Counts an opening, and says what is behind the link; null when that is gone.</summary>
    internal Task<LinkTarget?> OpenAsync(LinkRow link, CancellationToken cancellationToken) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync("UPDATE link_share SET opened = opened + 1 WHERE id = @Id", new { link.Id });
        return await session.QueryFirstOrDefaultAsync<LinkTarget>(
            """
            SELECT a.name AS Owner, b.name AS Album, COALESCE(p.title, b.title) AS Title
            FROM link_share l LEFT JOIN photo p ON p.id = l.photo_id AND p.state = 'published'
                JOIN album b ON b.id = COALESCE(p.album_id, l.album_id) AND b.deleted_ms IS NULL JOIN account a ON a.id = b.owner_id
            WHERE l.id = @Id
            """, new { link.Id });
    }, cancellationToken);

    /// <summary>Photos behind a link, newest first, as who has opened it sees them.</summary>
    internal async Task<List<SeenPhoto>> PhotosAsync(LinkRow link, string? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(session => session.QueryAsync<SeenPhoto>(
            $"""
            {SeenPhoto.Select}
            WHERE {(link.PhotoId is null ? "p.album_id = @AlbumId" : "p.id = @PhotoId")} AND p.state = 'published'
                AND p.hidden_ms IS NULL AND p.id < @after
            ORDER BY p.id DESC LIMIT @limit
            """,
            new { link.AlbumId, link.PhotoId, viewerId = link.Viewer, after = after ?? SortableIds.AfterAll, limit = (long)limit }),
            cancellationToken);
        return [.. rows.Select(row => row with { IsLinked = true, LinkEnds = link.Ends })];
    }

    /// <summary>Whether a link covers a photo now.</summary>
    internal Task<bool> CoversAsync(LinkRow link, string photoId, CancellationToken cancellationToken) =>
        database.ReadAsync(async session => await session.ScalarAsync<long?>(
            "SELECT 1 FROM photo WHERE id = @photoId AND (id = @linked OR album_id = @AlbumId)",
            new { photoId, linked = link.PhotoId, link.AlbumId }) is not null, cancellationToken);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    // 192 random bits: a plain hash is enough, there is nothing to guess.
    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private sealed record Found(LinkRow Link, string? AlbumId);
}

/// <summary>What is behind a link.</summary>
internal sealed record LinkTarget
{
    public string Owner { get; init; } = "";

    public string Album { get; init; } = "";

    public string Title { get; init; } = "";
}
