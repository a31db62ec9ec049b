using Flickr.Photos.Imaging;
using Flickr.Tokens.Paths;

namespace Flickr.Photos.Publishing;

/// <summary>
/// Names of users, albums and files on the CDN, and the paths made of them: <c>/user/album/resolution/file</c>. Names are
/// kept in Normalization Form C; two names that differ by case or form only are one name.
/// </summary>
public static class CdnNames
{
    /// <summary>Characters an album's or a file's name may have.</summary>
    public const int LengthMax = 100;

    /// <summary>The album's document.</summary>
    public const string AlbumDocument = "album.json";

    // First segments that mean something else on one of the listeners.
    private static readonly HashSet<string> Reserved =
    [
        "b", "v1", "api", "assets", "account", "albums", "signin", "signup", "signout", "metrics", "healthz", "readyz", "purge",
        "admin", "about", "search", "favourites", "favorites", "settings", "help", "openapi", "tus", "share", "shared",
        "reset", "offline", "sw.js", "manifest.webmanifest",
    ];

    /// <summary>Whether this can be a user's name: 2 to 32 of <c>a-z 0-9 - _ .</c>, a letter or digit first.</summary>
    public static bool IsUserName(string? name) =>
        name is { Length: >= 2 and <= 32 } && char.IsAsciiLetterOrDigit(name[0]) && !Reserved.Contains(name)
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    /// <summary>The album's or file's name as it is kept; null when it cannot be one.</summary>
    public static string? TryRead(string? name)
    {
        if (name is null || PathName.Judge(name = ToNfc(name.Trim())) != PathRefusal.None)
        {
            return null;
        }
        return name.Length <= LengthMax && name[0] != '.' && name[^1] != '.' && !name.Contains('\uFFFD') ? name : null;
    }

    /// <summary>What makes two names the same.</summary>
    public static string KeyOf(string name) => name.ToLowerInvariant();

    /// <summary>The name without its extension.</summary>
    public static string StemOf(string fileName)
    {
        var stem = Path.GetFileNameWithoutExtension(fileName);
        return stem.Length > 0 ? stem : fileName;
    }

    /// <summary>The <paramref name="number"/>-th spelling of a name that is taken: <c>swans.png</c>, <c>swans (2).png</c>, …</summary>
    public static string Numbered(string fileName, int number) =>
        number == 1 ? fileName : $"{StemOf(fileName)} ({number}){Path.GetExtension(fileName)}";

    /// <summary><c>/alice/nature/original/swans.png</c>, <c>/alice/nature/thumbnail/swans_thumbnail.jpg</c>.</summary>
    /// <remarks>The second format has its own path: <c>hd.webp</c> is <c>/alice/nature/hd/swans_hd.webp</c>.</remarks>
    public static CanonicalPath PathOf(string user, string album, string resolution, string fileName)
    {
        if (resolution == "original")
        {
            return CanonicalPath.FromSegments(user, album, resolution, fileName);
        }
        var isSecond = resolution.EndsWith(ImageRung.SecondFormat, StringComparison.Ordinal);
        var rung = isSecond ? resolution[..^ImageRung.SecondFormat.Length] : resolution;
        return CanonicalPath.FromSegments(
            user, album, rung, $"{StemOf(fileName)}_{rung}{(isSecond ? ImageRung.SecondFormat : ".jpg")}");
    }

    /// <summary><c>/alice/nature/album.json</c>.</summary>
    public static CanonicalPath DocumentOf(string user, string album) => CanonicalPath.FromSegments(user, album, AlbumDocument);

    /// <summary><c>/alice/nature/</c>, the scope of a page's token.</summary>
    public static CanonicalPath DirectoryOf(string user, string album) => CanonicalPath.FromSegments(user, album).AsDirectory();

    private static string ToNfc(string name) => HasLoneSurrogate(name) ? "" : PathName.ToNfc(name);

    private static bool HasLoneSurrogate(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsSurrogate(name[i]))
            {
                if (!char.IsSurrogatePair(name, i))
                {
                    return true;
                }
                i++;
            }
        }
        return name.Length == 0;
    }
}
