namespace Flickr.Photos.Links;

/// <summary>A link that opens a photo or an album to whoever holds its secret.</summary>
public sealed record LinkRow(
    string Id, string OwnerId, string? PhotoId, string? AlbumId, string? AlbumName, string? PasswordHash, long? ExpiresMs,
    long GivesOriginals, long CreatedMs, long Opened)
{
    internal const string Select =
        """
        SELECT l.id AS Id, l.owner_id AS OwnerId, l.photo_id AS PhotoId, l.album_id AS AlbumId, b.name AS AlbumName,
            l.password_hash AS PasswordHash, l.expires_ms AS ExpiresMs, l.gives_originals AS GivesOriginals,
            l.created_ms AS CreatedMs, l.opened AS Opened
        FROM link_share l LEFT JOIN album b ON b.id = l.album_id
        """;

    /// <summary>Who the link's tokens are for: ending them ends no other's.</summary>
    public string Viewer => "link-" + Id;

    /// <summary>When it ends; null for never.</summary>
    public DateTimeOffset? Ends => ExpiresMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    /// <summary>The body of the API; the secret and the address only when it was made.</summary>
    public object Body(string? secret = null, string? url = null) => new
    {
        Id,
        Secret = secret,
        Url = url,
        Kind = PhotoId is null ? "album" : "photo",
        Photo = PhotoId,
        Album = AlbumName,
        HasPassword = PasswordHash is not null,
        ExpiresMs,
        Originals = GivesOriginals == 1,
        CreatedMs,
        Opened,
    };
}
