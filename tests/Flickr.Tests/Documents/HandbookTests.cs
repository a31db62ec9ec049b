using System.Text.RegularExpressions;
using Flickr.Commands;

namespace Flickr.Tests.Documents;

/// <summary>The handbook names only commands and settings that exist.</summary>
public sealed partial class HandbookTests
{
    private static readonly string[] Pages =
        [.. Directory.GetFiles(Path.Combine(CommittedPage.Root, "docs/handbook"), "*.md").Order(StringComparer.Ordinal)];

    [Fact]
    [Trait("Requirement", "R124")]
    public void Every_command_and_option_of_the_handbook_exists()
    {
        var commands = Pages.SelectMany(CommandsOf).Distinct().ToList();

        Assert.True(commands.Count > 20, "no commands were found");
        var faults = commands.Select(Fault).Where(fault => fault is not null).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.NotNull(Fault("flickr frobnicate"));
        Assert.NotNull(Fault("flickr purge all --no-such-option"));
    }

    [Fact]
    public void Every_setting_and_metric_of_the_handbook_exists()
    {
        var settings = Named().Matches(CommittedPage.Read("docs/settings.md")).Select(match => match.Groups[1].Value)
            .ToHashSet();
        var series = MetricsPage.SeriesOf(CommittedPage.Read("docs/metrics.md"));
        var histograms = MetricsPage.LabelsOf(CommittedPage.Read("docs/metrics.md"));

        foreach (var page in Pages)
        {
            var text = File.ReadAllText(page);
            Assert.All(Named().Matches(text), match => Assert.True(
                settings.Contains(LastIndex().Replace(match.Groups[1].Value, ""))
                    || settings.Contains(Index().Replace(match.Groups[1].Value, ":N")), $"{page}: {match.Value}"));
            Assert.All(Series().Matches(text), match => Assert.True(
                series.Contains(match.Value) || histograms.ContainsKey(match.Value), $"{page}: {match.Value}"));
        }
    }

    private static IEnumerable<string> CommandsOf(string page) =>
        Command().Matches(File.ReadAllText(page)).Select(match => match.Value.Trim());

    /// <summary>Null when the command line parses. Prose may name a command without what it needs besides.</summary>
    private static string? Fault(string line)
    {
        var words = Word().Matches(line).Select(match => match.Value.Trim('\'', '"')).Skip(1).ToArray();
        var errors = CommandLine.Root(Terminal.OfProcess()).Parse(words).Errors
            .Where(error => !error.Message.StartsWith("Required argument missing", StringComparison.Ordinal)
                && !error.Message.EndsWith("is required.", StringComparison.Ordinal)).ToList();
        return errors.Count == 0 ? null : $"{line}: {errors[0].Message}";
    }

    [GeneratedRegex(@"(?<=^|`)flickr [a-z][^`\n|]*", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"`(?:--)?((?:Edge|Photos|Origin|ControlPlane):[A-Za-z0-9:]+)")]
    private static partial Regex Named();

    [GeneratedRegex(@":\d+")]
    private static partial Regex Index();

    [GeneratedRegex(@":\d+$")]
    private static partial Regex LastIndex();

    [GeneratedRegex(@"\bflickr_[a-z0-9_]+")]
    private static partial Regex Series();
}
