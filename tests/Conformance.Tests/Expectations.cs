namespace Flickr.Conformance.Tests;

/// <summary>
/// The tests of the suite that are known not to pass, each with its reason: <c>expectations.tsv</c>.
/// </summary>
internal static class Expectations
{
    /// <summary>What is expected not to pass, by id.</summary>
    public static IReadOnlyDictionary<string, Expectation> Read() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "expectations.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t', 3))
            .ToDictionary(parts => parts[0], parts => new Expectation(parts[1], parts[2]));
}

/// <summary>Why a test of the suite does not pass.</summary>
/// <param name="Whose"><c>suite</c> or <c>ours</c>.</param>
/// <param name="Reason">In words.</param>
internal sealed record Expectation(string Whose, string Reason);
