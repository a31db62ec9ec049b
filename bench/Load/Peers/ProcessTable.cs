using System.Globalization;

namespace Flickr.Load.Peers;

/// <summary>What <c>/proc</c> says of a process.</summary>
internal static class ProcessTable
{
    private const double TicksPerSecond = 100;
    private const long PageBytes = 4096;

    public static double ProcessorSeconds(int id)
    {
        var fields = Stat(id);
        return fields is null ? 0 : (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    public static long ResidentBytes(int id) => Stat(id) is { } fields ? Number(fields[21]) * PageBytes : 0;

    /// <summary>The process and all that descend from it.</summary>
    public static List<int> WithChildren(int root)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: Stat(id) is { } fields ? (int)Number(fields[1]) : 0))
            .ToLookup(process => process.Parent, process => process.Id);
        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(parents[found[i]]);
        }
        return found;
    }

    /// <summary>Fields from the state on (the third of proc(5)), because the name before may hold spaces; null when it is gone.</summary>
    private static string[]? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it ended between the listing and the read
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
