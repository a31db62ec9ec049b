using System.Text.Json;
using System.Text.RegularExpressions;

namespace Flickr.Tests.Documents;

/// <summary>The expressions of <c>ops/prometheus</c> and <c>ops/grafana</c>.</summary>
internal static partial class OpsFiles
{
    public const string Alerts = "ops/prometheus/alerts.yml";

    /// <summary>Names of all alerts, in the order of the file.</summary>
    public static IReadOnlyList<string> AlertNames { get; } =
        [.. Alert().Matches(CommittedPage.Read(Alerts)).Select(match => match.Groups[1].Value)];

    /// <summary>The dashboards' files, relative to the root.</summary>
    public static IReadOnlyList<string> Dashboards { get; } =
        [.. Directory.GetFiles(Path.Combine(CommittedPage.Root, "ops/grafana"), "*.json")
            .Order(StringComparer.Ordinal).Select(file => "ops/grafana/" + Path.GetFileName(file))];

    /// <summary>Every panel of a dashboard.</summary>
    public static IReadOnlyList<Panel> Panels(string dashboard)
    {
        using var json = JsonDocument.Parse(CommittedPage.Read(dashboard));
        return [.. json.RootElement.GetProperty("panels").EnumerateArray().Select(panel => new Panel(
            panel.GetProperty("title").GetString()!,
            panel.GetProperty("description").GetString()!.StartsWith("Empty until", StringComparison.Ordinal),
            [.. panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("expr").GetString()!)]))];
    }

    /// <summary>What a text uses that the pages do not know: series, or label names of a series.</summary>
    public static IEnumerable<string> Unknown(string text, HashSet<string> series,
        Dictionary<string, string[]> labels)
    {
        foreach (var name in Series().Matches(text).Select(match => match.Value).Distinct()
            .Where(name => !series.Contains(name)))
        {
            yield return $"{name} is not in docs/metrics.md";
        }
        foreach (Match selector in Selector().Matches(text))
        {
            var metric = HistogramEnd().Replace(selector.Groups[1].Value, "");
            var known = labels.GetValueOrDefault(metric) ?? labels.GetValueOrDefault(selector.Groups[1].Value) ?? [];
            foreach (var label in Label().Matches(selector.Groups[2].Value).Select(match => match.Groups[1].Value)
                .Where(label => !known.Contains(label) && label is not ("instance" or "job" or "le")))
            {
                yield return $"{selector.Groups[1].Value} has no label {label}";
            }
        }
    }

    [GeneratedRegex(@"^ *- alert: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"\bflickr_[a-z0-9_]+")]
    private static partial Regex Series();

    [GeneratedRegex(@"\b(flickr_[a-z0-9_]+)\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)\s*(?:=~|!~|!=|=)")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramEnd();
}

/// <summary>One panel: its queries, and whether it may have nothing to show while all is well.</summary>
internal sealed record Panel(string Title, bool MayBeEmpty, IReadOnlyList<string> Queries);
