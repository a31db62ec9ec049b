using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Rights;
using Flickr.Sql;

namespace Flickr.Photos.Albums;

/// <summary>Overviews of albums, each with a cover that the viewer may see.</summary>
public sealed class AlbumCards(Database database, PhotoItems items)
{
    // The chosen cover where the viewer may see it, else the newest photo that the viewer may see.
    private static readonly string Cards =
        $"""
        SELECT b.name AS Name, b.title AS Title, b.description AS Description, b.position AS Position, COUNT(p.id) AS Count,
            COALESCE(MAX(CASE WHEN p.id = b.cover_id THEN p.id END), MAX(p.id)) AS CoverId
        FROM album b LEFT JOIN photo p ON p.album_id = b.id AND p.state = 'published' AND (@viewerId = @ownerId
            OR (p.hidden_ms IS NULL AND ((@isPublic = 1 AND p.visibility = 'public') OR {ShareRule.IsSharedWithViewer})))
        WHERE b.owner_id = @ownerId AND b.deleted_ms IS NULL AND (@key = '' OR b.name_key = @key)
        GROUP BY b.id, b.name, b.title, b.description, b.position
        ORDER BY CASE WHEN b.position = 0 THEN 1 ELSE 0 END, b.position, b.name
        """;

    /// <summary>The albums of an owner that the viewer may know of, as the owner has ordered them; null when the viewer may not know the owner.</summary>
    public async Task<IReadOnlyList<AlbumCard>?> ListAsync(string? viewerId, string ownerName, CancellationToken cancellationToken)
    {
        var (owner, cards) = await database.ReadAsync(async session =>
        {
            var account = await session.QueryFirstOrDefaultAsync<AccountRow>(
                $"SELECT {AccountRow.Columns} FROM account WHERE name = @ownerName", new { ownerName });
            return account is null ? (null, []) : (account, await RowsAsync(session, account, viewerId, ""));
        }, cancellationToken);
        if (owner is null)
        {
            return null;
        }
        var isOwner = owner.Id == viewerId;
        var seen = cards.Where(card => isOwner || card.Count > 0).ToList();
        return seen.Count == 0 && !isOwner && !owner.IsPublic ? null : await WithCoversAsync(seen, viewerId, cancellationToken);
    }

    /// <summary>One album of one's own; null when there is none of that name.</summary>
    public async Task<AlbumCard?> FindOwnAsync(string ownerId, string nameKey, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(async session => await AccountStore.FindAsync(session, ownerId) is { } account
            ? await RowsAsync(session, account, ownerId, nameKey) : [], cancellationToken);
        return (await WithCoversAsync(rows, ownerId, cancellationToken)).SingleOrDefault();
    }

    private static Task<IReadOnlyList<CardRow>> RowsAsync(SqlSession session, AccountRow owner, string? viewerId, string key) =>
        session.QueryAsync<CardRow>(
            Cards, new { ownerId = owner.Id, viewerId = viewerId ?? "", isPublic = owner.IsPublic ? 1L : 0L, key });

    private async Task<IReadOnlyList<AlbumCard>> WithCoversAsync(
        IReadOnlyList<CardRow> cards, string? viewerId, CancellationToken cancellationToken)
    {
        var covers = await CoversAsync([.. cards.Select(card => card.CoverId).OfType<string>()], viewerId, cancellationToken);
        return [.. cards.Select(card => new AlbumCard(card.Name, card.Title, card.Description, card.Count, card.Position,
            card.CoverId is null ? null : covers.GetValueOrDefault(card.CoverId)?.Thumbnail))];
    }

    private async Task<Dictionary<string, PhotoItem>> CoversAsync(
        string[] photoIds, string? viewerId, CancellationToken cancellationToken)
    {
        var covers = new Dictionary<string, PhotoItem>(photoIds.Length);
        var rows = photoIds.Length == 0 ? [] : await database.ReadAsync(session => session.QueryAsync<SeenPhoto>(
            // PostgreSQL takes the list as one array, for SQLite the mapper spells it out.
            $"{SeenPhoto.Select} WHERE p.id {(session.Engine == SqlEngine.PostgreSql ? "= ANY(@photoIds)" : "IN @photoIds")}",
            new { photoIds, viewerId = viewerId ?? "" }), cancellationToken);
        foreach (var row in rows)
        {
            if (await items.ItemAsync(row, viewerId, cancellationToken) is { } item)
            {
                covers[row.Id] = item;
            }
        }
        return covers;
    }

    private sealed record CardRow
    {
        public string Name { get; init; } = "";

        public string Title { get; init; } = "";

        public string Description { get; init; } = "";

        public long Position { get; init; }

        public long Count { get; init; }

        public string? CoverId { get; init; }
    }
}
