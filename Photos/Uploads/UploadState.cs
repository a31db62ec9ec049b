namespace Flickr.Photos.Uploads;

/// <summary>What the upload saga hands from step to step. Mutable, because some of it is settled inside a transaction.</summary>
public sealed class UploadState
{
    public required string OwnerId { get; set; }

    public required string AlbumId { get; set; }

    public required string PhotoId { get; set; }

    /// <summary>The name that was asked for.</summary>
    public required string Name { get; set; }

    public required string Digest { get; set; }

    public required long LengthBytes { get; set; }

    public required string MediaType { get; set; }

    /// <summary>The photo that has these bytes already; null when this is a new one.</summary>
    public string? DuplicateOf { get; set; }

    /// <summary>Width as seen.</summary>
    public int Width { get; set; }

    /// <summary>Height as seen.</summary>
    public int Height { get; set; }

    public Imaging.ImageFacts? Facts { get; set; }

    public string? ThumbHash { get; set; }

    public string? Color { get; set; }

    public string? PerceptualHash { get; set; }

    public List<StoredVariant> Variants { get; set; } = [];

    /// <summary>Links were written more than once, so an edge may hold what the first said.</summary>
    public bool NeedsPurge { get; set; }
}
