using Flickr.Photos.Albums;
using Flickr.Photos.Ids;
using Flickr.Photos.Rights;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Gallery;

/// <summary>
/// Lists what a viewer may see, with edge addresses. The owner's page carries one token for the whole directory. A
/// stranger's page carries none: what is public needs no token, and what was shared is opened photo by photo, since a
/// token for the directory would open its private neighbours too.
/// </summary>
public sealed class PhotoPages(Database database, PhotoItems items, AlbumCards albums, IOptions<GalleryOptions> options)
{
    /// <summary>Most items of a page.</summary>
    public const int PageMax = 500;

    private const int NewerMax = 99;

    /// <summary>
    /// A page of an album, newest first; null when there is no such album that the viewer may know of. Order and additions
    /// are fixed by the version: what is published later is counted, not shown. Rights never are: what was deleted or
    /// made private is gone from every page at once. Ids are compared by value, so a boundary photo may be gone too.
    /// </summary>
    /// <param name="viewerId">Who asks; null for somebody not signed in.</param>
    /// <param name="ownerName">Whose album.</param>
    /// <param name="albumName">Which album.</param>
    /// <param name="query">Which page.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<PhotoPage?> ListAsync(
        string? viewerId, string ownerName, string albumName, PageQuery query, CancellationToken cancellationToken)
    {
        var (album, photos, newer) = await database.ReadAsync<(AlbumRow?, List<SeenPhoto>, long)>(async session =>
        {
            var found = await AlbumStore.FindAsync(session, ownerName, albumName);
            if (found is null || !await IsKnownToAsync(session, found, viewerId))
            {
                return (null, [], 0L);
            }
            return (found, await ReadAsync(session, found, viewerId, query),
                query.Version is null ? 0L : await CountNewerAsync(session, found, viewerId, query.Version.Value));
        }, cancellationToken);
        if (album is null)
        {
            return null;
        }
        if (query.Version is { } fixedAt && (fixedAt > album.Version || fixedAt < album.Version - options.Value.PageVersionsMax))
        {
            throw new PageVersionExpiredException(album.Version);
        }
        var hasMore = photos.Count > query.Limit;
        var shown = photos.Take(query.Limit).ToList();
        if (query.Before is not null)
        {
            shown.Reverse();
        }
        var token = await items.TokenAsync(
            viewerId, album.OwnerId, album.OwnerName, album.OwnerEpoch, album.Name, cancellationToken);
        var answered = new List<PhotoItem>(shown.Count);
        foreach (var photo in shown)
        {
            answered.Add(await items.ItemAsync(photo, viewerId, token, cancellationToken));
        }
        var (first, last) = shown.Count == 0 ? (null, null) : (shown[0].Id, shown[^1].Id);
        var hasNext = query.Before is not null || hasMore;
        var hasPrevious = query.Before is not null ? hasMore : query.After is not null;
        return new PhotoPage(album.OwnerName, album.Name, token?.Token, token?.ExpiresMs, answered,
            hasNext ? last : null, hasPrevious ? first : null, query.Version ?? album.Version, first, last, newer);
    }

    /// <summary>One photo; null when the viewer may not know of it.</summary>
    public async Task<PhotoItem?> FindAsync(string? viewerId, string photoId, CancellationToken cancellationToken)
    {
        var photo = await database.ReadAsync(session => session.QueryFirstOrDefaultAsync<SeenPhoto>(
            $"{SeenPhoto.Select} WHERE p.id = @photoId AND p.state <> 'deleted'", new { photoId, viewerId = viewerId ?? "" }), cancellationToken);
        return photo is null ? null : await items.ItemAsync(photo, viewerId, cancellationToken);
    }

    /// <summary>As <see cref="AlbumCards.ListAsync"/>.</summary>
    public Task<IReadOnlyList<AlbumCard>?> AlbumsAsync(string? viewerId, string ownerName, CancellationToken cancellationToken) =>
        albums.ListAsync(viewerId, ownerName, cancellationToken);

    private const string VisibleToOthers =
        $"""
        p.state = 'published' AND p.hidden_ms IS NULL
        AND ((@isPublic = 1 AND p.visibility = 'public') OR {ShareRule.IsSharedWithViewer})
        """;

    // The condition repeats the rule of PhotoRights in SQL, so that pages are full; what comes is judged again by the rule.
    // A photo still processed has no version: its owner sees it on an unfixed first page only.
    private static async Task<List<SeenPhoto>> ReadAsync(SqlSession session, AlbumRow album, string? viewerId, PageQuery query)
    {
        var isOwner = viewerId == album.OwnerId;
        var isBack = query.Before is not null;
        var rows = await session.QueryAsync<SeenPhoto>(
            $"""
            {SeenPhoto.Select}
            WHERE p.album_id = @albumId AND p.state <> 'deleted' AND p.id {(isBack ? ">" : "<")} @edge
                AND (p.published_version <= @version OR (@isFirst = 1 AND p.published_version IS NULL))
                AND (@isOwner = 1 OR ({VisibleToOthers}))
            ORDER BY p.id {(isBack ? "ASC" : "DESC")} LIMIT @count
            """,
            new
            {
                albumId = album.Id,
                edge = query.Before ?? query.After ?? SortableIds.AfterAll,
                version = query.Version ?? album.Version,
                isFirst = query.Version is null && query.After is null && !isBack ? 1L : 0L,
                viewerId = viewerId ?? "",
                isOwner = isOwner ? 1L : 0L,
                isPublic = album.OwnerVisibility == "public" ? 1L : 0L,
                count = query.Limit + 1L,
            });
        return [.. rows.Where(row => PhotoRights.Judge(row.Facts, viewerId) != PhotoRight.None)];
    }

    // An empty page must not tell a stranger that a private album exists.
    private static async Task<bool> IsKnownToAsync(SqlSession session, AlbumRow album, string? viewerId) =>
        viewerId == album.OwnerId || album.OwnerVisibility == "public"
        || (viewerId is not null && (await ReadAsync(session, album, viewerId, new PageQuery(1))).Count > 0);

    private static Task<long> CountNewerAsync(SqlSession session, AlbumRow album, string? viewerId, long version) =>
        session.ScalarAsync<long>(
            $"""
            SELECT COUNT(*) FROM (SELECT p.id FROM photo p WHERE p.album_id = @albumId AND p.state = 'published'
                AND p.published_version > @version AND (@isOwner = 1 OR ({VisibleToOthers})) LIMIT {NewerMax}) newer
            """,
            new
            {
                albumId = album.Id,
                version,
                viewerId = viewerId ?? "",
                isOwner = viewerId == album.OwnerId ? 1L : 0L,
                isPublic = album.OwnerVisibility == "public" ? 1L : 0L,
            });
}
