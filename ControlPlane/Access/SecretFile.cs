using System.Text;
using Flickr.Fleet.Durability;

namespace Flickr.ControlPlane.Access;

/// <summary>Files that only the program's own user may read.</summary>
internal static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes durably with mode 0600, before a name makes it reachable.</summary>
    public static void Write(string path, string content) => DurableFile.Replace(path, file =>
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.Path, OwnerOnly);
        }
        file.Append(Encoding.UTF8.GetBytes(content));
    });

    /// <summary>Reads, and refuses a file that others can read.</summary>
    /// <exception cref="InvalidOperationException">The mode lets others in.</exception>
    public static string Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new InvalidOperationException($"{path} may be read by others: chmod 600 it");
        }
        return File.ReadAllText(path).Trim();
    }
}
