using Flickr.Photos.Rights;

namespace Flickr.Photos.Gallery;

/// <summary>A photo with its files and what it is to one viewer (<c>@viewerId</c>). Properties, because of the computed columns.</summary>
internal sealed record SeenPhoto
{
    public const string Select =
        $"""
        SELECT p.id AS Id, p.owner_id AS OwnerId, a.name AS OwnerName, a.epoch AS OwnerEpoch, a.visibility AS OwnerVisibility,
            b.name AS AlbumName, p.name AS Name, p.title AS Title, p.description AS Description, p.width AS Width,
            p.height AS Height, p.taken_at AS TakenAt, p.thumb_hash AS ThumbHash, p.visibility AS Visibility, p.state AS State,
            p.length_bytes AS LengthBytes, p.digest AS Digest,
            t.cdn_path AS ThumbnailPath, t.file_key AS ThumbnailDigest, t.width AS ThumbnailWidth, t.height AS ThumbnailHeight,
            h.cdn_path AS HdPath, h.file_key AS HdDigest, h.width AS HdWidth, h.height AS HdHeight,
            CASE WHEN {ShareRule.IsSharedWithViewer} THEN 1 ELSE 0 END AS Shares, p.hidden_ms AS HiddenMs,
            p.camera AS Camera, p.latitude AS Latitude, p.longitude AS Longitude,
            p.color AS Color, p.album_id AS AlbumId,
            (SELECT string_agg(i.resolution || ' ' || i.file_key || ' ' || i.width || ' ' || i.height, '
        ') FROM image i WHERE i.cdn_photo_key = p.id AND i.resolution <> 'original') AS Files,
            (SELECT string_agg(g.tag, '
        ') FROM photo_tag g WHERE g.photo_id = p.id) AS Tags,
            (SELECT COUNT(*) FROM favorite f WHERE f.cdn_photo_key = p.id AND f.user_id = @viewerId) AS Favourites,
            p.published_version AS PublishedVersion
        FROM photo p JOIN account a ON a.id = p.owner_id JOIN album b ON b.id = p.album_id
            LEFT JOIN image t ON t.cdn_photo_key = p.id AND t.resolution = 'thumbnail'
            LEFT JOIN image h ON h.cdn_photo_key = p.id AND h.resolution = 'hd'
        """;


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

    public long? HiddenMs { get; init; }

    public string? Camera { get; init; }

    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    public string? Color { get; init; }

    public string AlbumId { get; init; } = "";

    /// <summary>Lines of resolution, digest, width and height; null for none.</summary>
    public string? Files { get; init; }

    /// <summary>Tags with a line feed between them; null for none.</summary>
    public string? Tags { get; init; }

    /// <summary>The viewer holds an open link that covers it.</summary>
    public bool IsLinked { get; init; }

    /// <summary>When that link ends; null for never.</summary>
    public DateTimeOffset? LinkEnds { get; init; }

    public long Favourites { get; init; }

    public long? PublishedVersion { get; init; }

    public PhotoFacts Facts =>
        new(OwnerId, OwnerVisibility == "public", Visibility == "public", State == "published", Shares > 0, IsLinked, HiddenMs is not null);
}
