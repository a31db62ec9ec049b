using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Flickr.Tests.Documents;

/// <summary>Alerts, dashboards and handbook speak of what exists.</summary>
public sealed partial class OpsFilesTests
{
    private const string Handbook = "docs/handbook/alerts.md";

    [Fact]
    [Trait("Requirement", "R090")]
    [Trait("Requirement", "R092")]
    public void Every_metric_and_label_of_an_alert_or_a_dashboard_exists()
    {
        var page = CommittedPage.Read("docs/metrics.md");
        var (series, labels) = (MetricsPage.SeriesOf(page), MetricsPage.LabelsOf(page));
        List<(string File, string Text)> texts = [.. OpsFiles.Dashboards.SelectMany(file => OpsFiles.Panels(file)
            .SelectMany(panel => panel.Queries).Select(query => (file, query)))];
        texts.AddRange(((string[])[OpsFiles.Alerts, "ops/prometheus/alerts_test.yml"])
            .Select(file => (file, CommittedPage.Read(file))));

        var faults = texts.SelectMany(item => OpsFiles.Unknown(item.Text, series, labels)
            .Select(fault => $"{item.File}: {fault}")).Distinct().ToList();

        Assert.True(texts.Count > 60, "the dashboards were not read");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void A_metric_or_label_that_does_not_exist_is_seen()
    {
        HashSet<string> series = ["flickr_a_total", "flickr_b_seconds_bucket"];
        Dictionary<string, string[]> labels = new() { ["flickr_a_total"] = ["kind"], ["flickr_b_seconds"] = ["class"] };

        Assert.Empty(OpsFiles.Unknown(
            """flickr_a_total{kind="x",job="y"} / flickr_b_seconds_bucket{class=~"a|b",le="1"}""", series, labels));
        Assert.Equal(["flickr_c is not in docs/metrics.md"], OpsFiles.Unknown("sum(flickr_c)", series, labels));
        Assert.Equal(["flickr_a_total has no label class"],
            OpsFiles.Unknown("""flickr_a_total{class!="x"}""", series, labels));
    }

    [Theory]
    [Trait("Requirement", "R090")]
    [InlineData("check", "rules", "alerts.yml")]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("test", "rules", "alerts_test.yml")]
    public async Task Promtool_finds_rules_settings_and_their_unit_tests_good(params string[] arguments)
    {
        var (code, said) = await PromtoolAsync(Path.Combine(CommittedPage.Root, "ops/prometheus"), arguments);

        Assert.True(code == 0, said);
    }

    [Fact]
    public async Task A_rule_whose_threshold_is_gone_fails_its_unit_test()
    {
        using var folder = new TemporaryFolder();
        var broken = CommittedPage.Read(OpsFiles.Alerts)
            .Replace("flickr_origin_writable == 0", "flickr_origin_writable == 1", StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.At("alerts.yml"), broken);
        await File.WriteAllTextAsync(folder.At("alerts_test.yml"), CommittedPage.Read("ops/prometheus/alerts_test.yml"));

        var (code, said) = await PromtoolAsync(folder.Path, "test", "rules", "alerts_test.yml");

        Assert.NotEqual(0, code);
        Assert.Contains("FlickrOriginReadOnly", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_alert_is_explained_in_the_handbook_and_has_a_unit_test()
    {
        var rules = CommittedPage.Read(OpsFiles.Alerts);
        var tests = CommittedPage.Read("ops/prometheus/alerts_test.yml");
        var sections = Section().Matches(CommittedPage.Read(Handbook))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.NotEmpty(OpsFiles.AlertNames);
        Assert.Equal(OpsFiles.AlertNames.Order(StringComparer.Ordinal), sections.Keys.Order(StringComparer.Ordinal));
        foreach (var alert in OpsFiles.AlertNames)
        {
            Assert.Contains($"runbook_url: {Handbook}#{alert.ToLowerInvariant()}\n", rules, StringComparison.Ordinal);
            Assert.Contains($"alertname=\"{alert}\"", tests, StringComparison.Ordinal);
            Assert.All((string[])["**Means**", "**Look**", "**Do**"],
                part => Assert.True(sections[alert].Contains(part, StringComparison.Ordinal), $"{alert}: no {part}"));
        }
    }

    private static async Task<(int Code, string Said)> PromtoolAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }

    [GeneratedRegex(@"^## (Flickr\w+)\n(.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();
}
