namespace Flickr.Conformance.Tests;

/// <summary>The tests of the suite that are known not to pass, each with its reason: <c>expectations.tsv</c>.</summary>
internal static class Expectations
{
    /// <summary>Reason by id.</summary>
    public static IReadOnlyDictionary<string, string> Read() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "expectations.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t', 2))
            .ToDictionary(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "");
}
