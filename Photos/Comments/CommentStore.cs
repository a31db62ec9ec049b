using Flickr.Photos.Gallery;
using Flickr.Photos.Ids;
using Flickr.Sql;

namespace Flickr.Photos.Comments;

/// <summary>
/// What people say under a photo. Whoever may see the photo may read; whoever is signed in besides may write, while comments are
/// on. Texts are kept as they came: it is the page that must not take them for markup. Thread-safe.
/// </summary>
public sealed class CommentStore(Database database, PhotoPages pages, SortableIds ids, TimeProvider time)
{
    /// <summary>Characters of a comment.</summary>
    public const int LengthMax = 2_000;

    /// <summary>The comments of a photo, oldest first; null when the viewer may not know of the photo.</summary>
    public async Task<CommentPage?> ListAsync(
        string? viewerId, string photoId, string? after, int limit, CancellationToken cancellationToken)
    {
        if (await pages.FindAsync(viewerId, photoId, cancellationToken) is null)
        {
            return null;
        }
        return await database.ReadAsync(async session =>
        {
            var rows = await session.QueryAsync<CommentRow>(
                """
                SELECT c.id AS Id, a.name AS Author, c.author_id AS AuthorId, c.body AS Text, c.created_ms AS CreatedMs,
                    c.edited_ms AS EditedMs
                FROM comment c JOIN account a ON a.id = c.author_id
                WHERE c.photo_id = @photoId AND c.id > @after ORDER BY c.id LIMIT @limit
                """, new { photoId, after = after ?? "", limit = (long)limit });
            return new CommentPage(
                await AreOnAsync(session, photoId),
                [.. rows.Select(row => new Comment(row.Id, row.Author, row.Text, row.CreatedMs, row.EditedMs, row.AuthorId == viewerId))],
                rows.Count == limit ? rows[^1].Id : null);
        }, cancellationToken);
    }

    /// <summary>Adds a comment.</summary>
    public async Task<(CommentOutcome Outcome, string? Id)> AddAsync(
        string authorId, string photoId, string text, CancellationToken cancellationToken)
    {
        if (await pages.FindAsync(authorId, photoId, cancellationToken) is not { State: "published" })
        {
            return (CommentOutcome.NotFound, null);
        }
        var id = ids.Next();
        var added = await database.WriteAsync(async session =>
        {
            if (!await AreOnAsync(session, photoId))
            {
                return false;
            }
            await session.ExecuteAsync(
                "INSERT INTO comment (id, photo_id, author_id, body, created_ms) VALUES (@id, @photoId, @authorId, @text, @now)",
                new { id, photoId, authorId, text, now = NowMs });
            return true;
        }, cancellationToken);
        return added ? (CommentOutcome.Done, id) : (CommentOutcome.Off, null);
    }

    /// <summary>Changes one's own comment.</summary>
    public async Task<bool> EditAsync(string authorId, string commentId, string text, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE comment SET body = @text, edited_ms = @now WHERE id = @commentId AND author_id = @authorId",
            new { commentId, authorId, text, now = NowMs }), cancellationToken) == 1;

    /// <summary>Removes a comment: its author may, and the owner of the photo.</summary>
    public async Task<bool> RemoveAsync(string viewerId, string commentId, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => session.ExecuteAsync(
            """
            DELETE FROM comment WHERE id = @commentId AND (author_id = @viewerId
                OR photo_id IN (SELECT id FROM photo WHERE owner_id = @viewerId))
            """, new { commentId, viewerId }), cancellationToken) == 1;

    /// <summary>Turns comments of a photo on or off; null follows the account. False when it is not this owner's.</summary>
    public async Task<bool> SwitchAsync(string ownerId, string photoId, bool? isOn, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE photo SET allows_comments = @value WHERE id = @photoId AND owner_id = @ownerId AND state <> 'deleted'",
            new { photoId, ownerId, value = isOn is { } on ? on ? 1L : 0L : (long?)null }), cancellationToken) == 1;

    /// <summary>Sets an account's default.</summary>
    public Task SwitchAllAsync(string ownerId, bool isOn, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE account SET allows_comments = @value WHERE id = @ownerId", new { ownerId, value = isOn ? 1L : 0L }), cancellationToken);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static async Task<bool> AreOnAsync(SqlSession session, string photoId) => await session.ScalarAsync<long>(
        """
        SELECT COALESCE(p.allows_comments, a.allows_comments) FROM photo p JOIN account a ON a.id = p.owner_id
        WHERE p.id = @photoId
        """, new { photoId }) == 1;

    private sealed record CommentRow(string Id, string Author, string AuthorId, string Text, long CreatedMs, long? EditedMs);
}
