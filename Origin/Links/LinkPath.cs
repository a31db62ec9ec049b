using Flickr.Tokens.Paths;

namespace Flickr.Origin.Links;

/// <summary>
/// Judges a raw request path as that of a link: canonical in the sense of <see cref="CanonicalPath"/>, so that two spellings
/// never name two things. The first segments <c>b</c> and <c>-</c> are the origin's own.
/// </summary>
internal static class LinkPath
{
    /// <summary>The path; null when it is not canonical or not a caller's to name. A directory ends in a slash.</summary>
    public static string? Read(string rawPath) =>
        CanonicalPath.TryParse(rawPath, out var path, out _)
            && (path.SegmentCount == 0 || path.Segment(0) is not ("b" or "-"))
            ? path.Value : null;
}
