using System.Text;

namespace Flickr.Client;

/// <summary>Whether a name that a server sent may become a file in a folder of this machine.</summary>
internal static class LocalName
{
    private const int NameBytesMax = 240;

    /// <summary>
    /// The file's full path inside <paramref name="directory"/>, or null when the name would lead elsewhere:
    /// separators of any system, <c>.</c> and <c>..</c>, drive letters, control characters, an empty or
    /// overlong name.
    /// </summary>
    public static string? PathInside(string directory, string name)
    {
        if (name.Length == 0 || name is "." or ".." || Encoding.UTF8.GetByteCount(name) > NameBytesMax
            || name.AsSpan().IndexOfAny("/\\:\0") >= 0 || name.Any(char.IsControl))
        {
            return null;
        }
        var root = Path.GetFullPath(directory);
        var path = Path.GetFullPath(Path.Combine(root, name));
        return Path.GetDirectoryName(path) == Path.TrimEndingDirectorySeparator(root) ? path : null;
    }
}
