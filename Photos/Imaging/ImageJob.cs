namespace Flickr.Photos.Imaging;

/// <summary>What a worker is asked to do with one file.</summary>
/// <param name="Path">The file to read.</param>
/// <param name="OutputFolder">Where the variants go; null asks for the header and the embedded text only.</param>
/// <param name="Limits">What may be decoded.</param>
/// <param name="JpegQuality">Quality of the variants.</param>
public sealed record ImageJob(string Path, string? OutputFolder, ImageJobLimits Limits, int JpegQuality);

/// <summary>The limits of <see cref="ImagingOptions"/> that the worker itself judges.</summary>
public sealed record ImageJobLimits(
    long PixelsMax, long HeavyPixelsMax, int SideMax, int PixelsPerByteMax, int FramesMax, int JobMillisecondsMax);

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

    /// <summary>Resident memory of the worker after the job.</summary>
    public long MemoryBytes { get; init; }
}

/// <summary>What a picture says of itself.</summary>
/// <param name="Format">By its first bytes.</param>
/// <param name="Width">Width as seen, after orientation.</param>
/// <param name="Height">Height as seen, after orientation.</param>
/// <param name="TakenAt">Local time of the camera as <c>yyyy-MM-ddTHH:mm:ss</c>, with an offset where the camera wrote one; null when unknown.</param>
/// <param name="Title">From XMP; null when absent.</param>
/// <param name="Description">From XMP or EXIF; null when absent.</param>
/// <param name="Camera">Maker and model; null when absent.</param>
/// <param name="Tags">Keywords from XMP.</param>
/// <param name="Latitude">Degrees north; null when absent. Personal: never shown to others unless allowed.</param>
/// <param name="Longitude">Degrees east.</param>
public sealed record ImageFacts(
    ImageFormat Format, int Width, int Height, string? TakenAt, string? Title, string? Description, string? Camera,
    IReadOnlyList<string> Tags, double? Latitude, double? Longitude);

/// <summary>One file the worker wrote.</summary>
public sealed record ImageVariant(string Rung, string Path, int Width, int Height);
