using Flickr.Photos.Albums;
using Flickr.Photos.Minting;
using Flickr.Photos.Publishing;
using Flickr.Photos.Rights;
using Flickr.Sql;
using Flickr.Tokens;

namespace Flickr.Photos.Gallery;

/// <summary>
/// Lists what a viewer may see, with edge addresses. The owner's page carries one token for the whole directory. A
/// stranger's page carries none: what is public needs no token, and what was shared is opened photo by photo, since a
/// token for the directory would open its private neighbours too.
/// </summary>
public sealed class PhotoPages(Database database, EdgeAddresses addresses)
{
    /// <summary>Most items of a page.</summary>
    public const int PageMax = 500;

    /// <summary>A page of an album, newest first; null when there is no such album that the viewer may know of.</summary>
    /// <param name="viewerId">Who asks; null for somebody not signed in.</param>
    /// <param name="ownerName">Whose album.</param>
    /// <param name="albumName">Which album.</param>
    /// <param name="after">Id of the last item of the page before; null for the first page.</param>
    /// <param name="limit">Items wanted, 1 to <see cref="PageMax"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<PhotoPage?> ListAsync(
        string? viewerId, string ownerName, string albumName, string? after, int limit, CancellationToken cancellationToken)
    {
        var (album, photos) = await database.ReadAsync(async session =>
        {
            var found = await AlbumStore.FindAsync(session, ownerName, albumName);
            return (found, found is null ? [] : await ReadAsync(session, found, viewerId, after ?? "~", limit + 1));
        }, cancellationToken);
        if (album is null || (photos.Count == 0 && viewerId != album.OwnerId && album.OwnerVisibility != "public"))
        {
            return null;
        }
        var token = viewerId == album.OwnerId
            ? await addresses.MintPageAsync(album.OwnerId, album.OwnerEpoch, viewerId,
                CdnNames.DirectoryOf(album.OwnerName, album.Name), cancellationToken)
            : null;
        var items = new List<PhotoItem>(limit);
        foreach (var photo in photos.Take(limit))
        {
            items.Add(await ItemAsync(photo, viewerId, token, cancellationToken));
        }
        return new PhotoPage(album.OwnerName, album.Name, token?.Token, token?.ExpiresMs, items,
            photos.Count > limit ? items[^1].Id : null);
    }

    /// <summary>One photo; null when the viewer may not know of it.</summary>
    public async Task<PhotoItem?> FindAsync(string? viewerId, string photoId, CancellationToken cancellationToken)
    {
        var photo = await database.ReadAsync(session => session.QueryFirstOrDefaultAsync<SeenPhoto>(
            $"{SeenSelect} WHERE p.id = @photoId AND p.state <> 'deleted'", new { photoId, viewerId = viewerId ?? "" }), cancellationToken);
        if (photo is null || PhotoRights.Judge(photo.Facts, viewerId) is not (var right and not PhotoRight.None))
        {
            return null;
        }
        var token = right == PhotoRight.Owner
            ? await addresses.MintPageAsync(photo.OwnerId, photo.OwnerEpoch, viewerId,
                CdnNames.DirectoryOf(photo.OwnerName, photo.AlbumName), cancellationToken)
            : null;
        return await ItemAsync(photo, viewerId, token, cancellationToken);
    }

    /// <summary>The albums of an owner that the viewer may know of, by name, each with its newest visible photo as cover.</summary>
    public async Task<IReadOnlyList<AlbumCard>?> AlbumsAsync(string? viewerId, string ownerName, CancellationToken cancellationToken)
    {
        var (owner, cards) = await database.ReadAsync(async session =>
        {
            var account = await session.QueryFirstOrDefaultAsync<Accounts.AccountRow>(
                $"SELECT {Accounts.AccountRow.Columns} FROM account WHERE name = @ownerName", new { ownerName });
            if (account is null)
            {
                return (null, []);
            }
            var rows = await session.QueryAsync<CardRow>(
                $"""
                SELECT b.name AS Name, b.title AS Title, COUNT(p.id) AS Count, MAX(p.id) AS CoverId
                FROM album b LEFT JOIN photo p ON p.album_id = b.id AND p.state = 'published'
                    AND (@viewerId = @ownerId OR (@isPublic = 1 AND p.visibility = 'public') OR EXISTS (
                        SELECT 1 FROM share s WHERE s.cdn_photo_key = p.id AND s.user_id = @viewerId))
                WHERE b.owner_id = @ownerId GROUP BY b.id, b.name, b.title ORDER BY b.name
                """,
                new { ownerId = account.Id, viewerId = viewerId ?? "", isPublic = account.IsPublic ? 1L : 0L });
            return ((Accounts.AccountRow?)account, rows);
        }, cancellationToken);
        if (owner is null)
        {
            return null;
        }
        var isOwner = owner.Id == viewerId;
        var seen = cards.Where(card => isOwner || card.Count > 0).ToList();
        if (seen.Count == 0 && !isOwner && !owner.IsPublic)
        {
            return null;
        }
        var albums = new List<AlbumCard>(seen.Count);
        foreach (var card in seen)
        {
            var cover = card.CoverId is null ? null : await FindAsync(viewerId, card.CoverId, cancellationToken);
            albums.Add(new AlbumCard(card.Name, card.Title, card.Count, cover?.Thumbnail));
        }
        return albums;
    }

    private const string SeenSelect =
        """
        SELECT p.id AS Id, p.owner_id AS OwnerId, a.name AS OwnerName, a.epoch AS OwnerEpoch, a.visibility AS OwnerVisibility,
            b.name AS AlbumName, p.name AS Name, p.title AS Title, p.description AS Description, p.width AS Width,
            p.height AS Height, p.taken_at AS TakenAt, p.thumb_hash AS ThumbHash, p.visibility AS Visibility, p.state AS State,
            p.length_bytes AS LengthBytes, p.digest AS Digest,
            t.cdn_path AS ThumbnailPath, t.file_key AS ThumbnailDigest, t.width AS ThumbnailWidth, t.height AS ThumbnailHeight,
            h.cdn_path AS HdPath, h.file_key AS HdDigest, h.width AS HdWidth, h.height AS HdHeight,
            (SELECT COUNT(*) FROM share s WHERE s.cdn_photo_key = p.id AND s.user_id = @viewerId) AS Shares
        FROM photo p JOIN account a ON a.id = p.owner_id JOIN album b ON b.id = p.album_id
            LEFT JOIN image t ON t.cdn_photo_key = p.id AND t.resolution = 'thumbnail'
            LEFT JOIN image h ON h.cdn_photo_key = p.id AND h.resolution = 'hd'
        """;

    // The condition repeats the rule of PhotoRights in SQL, so that pages are full; what comes is judged again by the rule.
    private static async Task<List<SeenPhoto>> ReadAsync(
        SqlSession session, AlbumRow album, string? viewerId, string after, int count)
    {
        var rows = await session.QueryAsync<SeenPhoto>(
            $"""
            {SeenSelect}
            WHERE p.album_id = @albumId AND p.id < @after AND p.state <> 'deleted'
                AND (@isOwner = 1 OR (p.state = 'published' AND ((@isPublic = 1 AND p.visibility = 'public') OR EXISTS (
                    SELECT 1 FROM share s WHERE s.cdn_photo_key = p.id AND s.user_id = @viewerId))))
            ORDER BY p.id DESC LIMIT @count
            """,
            new
            {
                albumId = album.Id,
                after,
                viewerId = viewerId ?? "",
                isOwner = viewerId == album.OwnerId ? 1L : 0L,
                isPublic = album.OwnerVisibility == "public" ? 1L : 0L,
                count = (long)count,
            });
        return [.. rows.Where(row => PhotoRights.Judge(row.Facts, viewerId) != PhotoRight.None)];
    }

    private async Task<PhotoItem> ItemAsync(SeenPhoto photo, string? viewerId, PageToken? token, CancellationToken cancellationToken)
    {
        var isShared = token is null && PhotoRights.Judge(photo.Facts, viewerId) == PhotoRight.Shared;
        async Task<PhotoFile?> FileAsync(string? path, string? digest, long? width, long? height, string resolution, PhotoClasses opens)
        {
            if (path is null || digest is null)
            {
                return null;
            }
            var url = isShared
                ? await addresses.OfSharedAsync(photo.OwnerId, photo.OwnerEpoch, viewerId, photo.Id,
                    CdnNames.PathOf(photo.OwnerName, photo.AlbumName, resolution, photo.Name), digest, opens, cancellationToken)
                : addresses.Of(path, digest, token);
            return new PhotoFile(url, width ?? 0, height ?? 0);
        }
        return new PhotoItem(
            photo.Id, photo.Name, photo.Title, photo.Description, photo.Width, photo.Height, photo.TakenAt, photo.ThumbHash,
            await FileAsync(photo.ThumbnailPath, photo.ThumbnailDigest, photo.ThumbnailWidth, photo.ThumbnailHeight, "thumbnail",
                PhotoClasses.Thumb),
            await FileAsync(photo.HdPath, photo.HdDigest, photo.HdWidth, photo.HdHeight, "hd", PhotoClasses.Rendition),
            photo.Visibility, photo.State, photo.OwnerName, photo.AlbumName, photo.LengthBytes, photo.Digest);
    }

    private sealed record CardRow
    {
        public string Name { get; init; } = "";

        public string Title { get; init; } = "";

        public long Count { get; init; }

        public string? CoverId { get; init; }
    }

    private sealed record SeenPhoto
    {
        public string Id { get; init; } = "";

        public string OwnerId { get; init; } = "";

        public string OwnerName { get; init; } = "";

        public long OwnerEpoch { get; init; }

        public string OwnerVisibility { get; init; } = "";

        public string AlbumName { get; init; } = "";

        public string Name { get; init; } = "";

        public string Title { get; init; } = "";

        public string Description { get; init; } = "";

        public long? Width { get; init; }

        public long? Height { get; init; }

        public string? TakenAt { get; init; }

        public string? ThumbHash { get; init; }

        public string Visibility { get; init; } = "";

        public string State { get; init; } = "";

        public long LengthBytes { get; init; }

        public string Digest { get; init; } = "";

        public string? ThumbnailPath { get; init; }

        public string? ThumbnailDigest { get; init; }

        public long? ThumbnailWidth { get; init; }

        public long? ThumbnailHeight { get; init; }

        public string? HdPath { get; init; }

        public string? HdDigest { get; init; }

        public long? HdWidth { get; init; }

        public long? HdHeight { get; init; }

        public long Shares { get; init; }

        public PhotoFacts Facts =>
            new(OwnerId, OwnerVisibility == "public", Visibility == "public", State == "published", Shares > 0);
    }
}

/// <summary>A page of photos.</summary>
public sealed record PhotoPage(
    string Owner, string Album, string? Token, long? TokenExpiresMs, IReadOnlyList<PhotoItem> Items, string? Next);

/// <summary>A photo as a viewer sees it. <c>Thumbnail</c> and <c>Hd</c> are null while it is processed.</summary>
public sealed record PhotoItem(
    string Id, string Name, string Title, string Description, long? Width, long? Height, string? TakenAt, string? ThumbHash,
    PhotoFile? Thumbnail, PhotoFile? Hd, string Visibility, string State, string Owner, string Album, long Length, string Digest);

/// <summary>A picture on the edge.</summary>
public sealed record PhotoFile(string Url, long Width, long Height);

/// <summary>An album on an overview.</summary>
public sealed record AlbumCard(string Name, string Title, long Count, PhotoFile? Cover);
