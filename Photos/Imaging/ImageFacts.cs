namespace Flickr.Photos.Imaging;

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
