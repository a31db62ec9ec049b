using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Prometheus;

namespace Flickr.Tests.Documents;

/// <summary><c>docs/metrics.md</c>, made from the registries of the built programs.</summary>
internal sealed partial class MetricsPage
{
    private const string Head = """
        # Metrics

        <!-- Written by tests/Flickr.Tests/Documents (FLICKR_WRITE_DOCS=1). Change the metrics classes instead. -->

        Every program answers `/metrics` on its admin listener in the text format of Prometheus; that listener also
        answers `/healthz` and `/readyz`. A histogram named `x` has the series `x_bucket`, `x_sum` and `x_count`.
        No series carries a user, a path or a key. Rules over them are in `ops/prometheus`, dashboards in `ops/grafana`.

        """;

    private readonly List<string> _undocumented = [];
    private readonly StringBuilder _text = new(Head);

    /// <summary>Metrics without a help text.</summary>
    public IReadOnlyList<string> Undocumented => _undocumented;

    public string Text => _text.ToString();

    /// <summary>Names of the series on a written page, a histogram's three among them.</summary>
    public static HashSet<string> SeriesOf(string page) =>
        [.. Row().Matches(page).SelectMany(row => row.Groups[2].Value == "histogram"
            ? ["_bucket", "_sum", "_count"] : (string[])[""], (row, end) => row.Groups[1].Value + end)];

    /// <summary>Label names of each series on a written page.</summary>
    public static Dictionary<string, string[]> LabelsOf(string page) => Row().Matches(page).ToDictionary(
        row => row.Groups[1].Value,
        row => row.Groups[3].Value.Split('`', StringSplitOptions.RemoveEmptyEntries)
            .Where(name => char.IsLetter(name[0])).ToArray());

    /// <summary>Adds the table of one program.</summary>
    public void Add(string program, CollectorRegistry registry)
    {
        _text.Append(CultureInfo.InvariantCulture,
            $"\n## {program}\n\n| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n");
        foreach (var metric in Collectors(registry).OrderBy(metric => metric.Name, StringComparer.Ordinal))
        {
            if (metric.Help.Length == 0)
            {
                _undocumented.Add(metric.Name);
            }
            var type = metric switch
            {
                Counter => "counter",
                Gauge => "gauge",
                Histogram => "histogram",
                _ => metric.GetType().Name,
            };
            var labels = string.Join(", ", metric.LabelNames.Select(label => $"`{label}`"));
            _text.Append(CultureInfo.InvariantCulture, $"| `{metric.Name}` | {type} | {labels} | {metric.Help} |\n");
        }
    }

    /// <summary>
    /// The library shows a labelled metric in its text only once it has a value, so its own table is read: a page
    /// that forgot what has not happened yet would be of little use.
    /// </summary>
    private static IEnumerable<Collector> Collectors(CollectorRegistry registry)
    {
        var families = (IDictionary)Field(registry, "_families");
        return families.Values.Cast<object>().SelectMany(family =>
            ((IDictionary)Field(family, "_collectors")).Values.Cast<Collector>());
    }

    private static object Field(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(owner)!;

    [GeneratedRegex(@"^\| `(flickr_\w+)` \| (\w+) \| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
