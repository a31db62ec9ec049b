using System.Globalization;

namespace Flickr.Listening;

/// <summary>How many descriptors the process may have, and how many connections they carry.</summary>
internal static class Descriptors
{
    /// <summary>
    /// Kept for files, assemblies and pipes. A process out of descriptors cannot load code and may stay broken for
    /// good, so connections never get the last ones.
    /// </summary>
    private const int Kept = 512;

    /// <summary>A connection's own, one towards storage, and one for a file.</summary>
    private const int PerConnection = 3;

    /// <summary>The soft limit, which the runtime raised to the hard one at its start; null where it cannot be read.</summary>
    public static long? Limit() => File.Exists("/proc/self/limits")
        ? Parse(File.ReadAllLines("/proc/self/limits")) : null;

    /// <summary>Reads the line <c>Max open files</c> of /proc/self/limits.</summary>
    public static long? Parse(IEnumerable<string> lines)
    {
        var line = lines.FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return soft == "unlimited" ? long.MaxValue
            : long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    /// <summary>Connections that may be open with this limit.</summary>
    public static int ConnectionsFor(long? limit, int asked) => limit is not { } descriptors ? asked
        : (int)Math.Clamp((descriptors - Kept) / PerConnection, 16, asked);
}
