namespace Flickr.Photos.Imaging;

/// <summary>The sizes that are made of every photo, largest first: each is made from the one above it.</summary>
/// <param name="Name">The resolution segment of the CDN path.</param>
/// <param name="Side">Longest side in pixels; never enlarged.</param>
/// <param name="IsProgressive">Progressive JPEG: smaller above about 640 px, and seen sooner.</param>
/// <param name="IsAlways">Also made of a picture that is no larger than the next rung: pages count on it.</param>
public sealed record ImageRung(string Name, int Side, bool IsProgressive, bool IsAlways)
{
    /// <summary>A change of recipe makes new bytes, so it must make new digests: see <c>images.md</c> 7.</summary>
    public const int RecipeVersion = 2;

    /// <summary>What a variant in the second format is called beside its rung: <c>hd.webp</c>.</summary>
    public const string SecondFormat = ".webp";

    /// <summary>The ladder.</summary>
    public static IReadOnlyList<ImageRung> All { get; } =
    [
        new("large", 2048, true, false), new("hd", 1280, true, true), new("small", 640, true, false), new("thumbnail", 320, false, true),
    ];

    /// <summary>Every resolution a photo's variants may have, in both formats.</summary>
    public static IReadOnlyList<string> Resolutions { get; } =
        [.. All.Select(rung => rung.Name), .. All.Select(rung => rung.Name + SecondFormat)];

    /// <summary>Media type of a variant.</summary>
    public static string MediaTypeOf(string resolution) =>
        resolution.EndsWith(SecondFormat, StringComparison.Ordinal) ? "image/webp" : "image/jpeg";

    /// <summary>The rungs of a picture: one that would be as large as another is left out, unless pages count on it.</summary>
    public static IEnumerable<ImageRung> For(int width, int height) => All.Where((rung, i) => rung.IsAlways
        || (Math.Max(width, height) > All[i + 1].Side && (i == 0 || Math.Max(width, height) > rung.Side)));
}
