using Flickr.Photos.Publishing;
using Flickr.Photos.Rights;
using Flickr.Tokens.Paths;

namespace Flickr.Photos.Gallery;

/// <summary>A photo with what its links and rights need of its owner and album.</summary>
public sealed record PhotoRow(
    string Id, string OwnerId, string OwnerName, long OwnerEpoch, string OwnerVisibility, string AlbumId, string AlbumName,
    string Name, string Digest, long LengthBytes, string MediaType, long? Width, long? Height, string? TakenAt, string Title,
    string Description, string? ThumbHash, string Visibility, string State, long Generation, long? HiddenMs)
{
    internal const string Columns =
        """
        p.id AS Id, p.owner_id AS OwnerId, a.name AS OwnerName, a.epoch AS OwnerEpoch, a.visibility AS OwnerVisibility,
        p.album_id AS AlbumId, b.name AS AlbumName, p.name AS Name, p.digest AS Digest, p.length_bytes AS LengthBytes,
        p.media_type AS MediaType, p.width AS Width, p.height AS Height, p.taken_at AS TakenAt, p.title AS Title,
        p.description AS Description, p.thumb_hash AS ThumbHash, p.visibility AS Visibility, p.state AS State,
        p.generation AS Generation, p.hidden_ms AS HiddenMs
        """;

    internal const string Tables = "photo p JOIN account a ON a.id = p.owner_id JOIN album b ON b.id = p.album_id";

    /// <summary>Whether its variants may be had without a token.</summary>
    public bool IsPublic => State == "published" && HiddenMs is null
        && PhotoRights.IsPublic(OwnerVisibility == "public", Visibility == "public");

    /// <summary>Surrogate keys of everything made of it.</summary>
    public string Tags => $"photo:{Id} album:{AlbumId} owner:{OwnerId}";

    /// <summary>The facts its rights are judged by.</summary>
    public PhotoFacts Facts(bool isShared, bool isLinked = false) => new(OwnerId, OwnerVisibility == "public",
        Visibility == "public", State == "published", isShared, isLinked, HiddenMs is not null);

    /// <summary>Where a resolution of it lies.</summary>
    public CanonicalPath PathOf(string resolution) => CdnNames.PathOf(OwnerName, AlbumName, resolution, Name);
}
