namespace Flickr.Photos.Imaging;

/// <summary>The sizes that are made of every photo, largest first: each is made from the one above it.</summary>
/// <param name="Name">The resolution segment of the CDN path.</param>
/// <param name="Side">Longest side in pixels; never enlarged.</param>
/// <param name="IsProgressive">Progressive JPEG: smaller above about 640 px, and seen sooner.</param>
public sealed record ImageRung(string Name, int Side, bool IsProgressive)
{
    /// <summary>A change of recipe makes new bytes, so it must make new digests: see <c>images.md</c> 7.</summary>
    public const int RecipeVersion = 1;

    /// <summary>The ladder.</summary>
    public static IReadOnlyList<ImageRung> All { get; } = [new("hd", 1280, true), new("thumbnail", 320, false)];
}
