namespace Flickr.Photos.Imaging;

/// <summary>What a worker found or made. Exactly one of <see cref="Refusal"/> and <see cref="Facts"/> is set.</summary>
public sealed record ImageAnswer
{
    /// <summary>Why the file is not taken.</summary>
    public ImageRefusal? Refusal { get; init; }

    /// <summary>The decoder's own words for a refusal; for logs only.</summary>
    public string? Detail { get; init; }

    /// <summary>What the picture is.</summary>
    public ImageFacts? Facts { get; init; }

    /// <summary>The variants, largest first; empty when none were asked for.</summary>
    public IReadOnlyList<ImageVariant> Variants { get; init; } = [];

    /// <summary>ThumbHash of the smallest variant, base64; null when none was made.</summary>
    public string? ThumbHash { get; init; }

    /// <summary>Dominant colour as <c>#rrggbb</c>; null when none was made.</summary>
    public string? Color { get; init; }

    /// <summary>PDQ hash as 64 hex digits; null when none was made.</summary>
    public string? PerceptualHash { get; init; }

    /// <summary>Resident memory of the worker after the job.</summary>
    public long MemoryBytes { get; init; }
}
