using Flickr.Tokens;

namespace Flickr.Tests.Documents;

/// <summary>The pages that are made from the programs.</summary>
public sealed class PagesTests
{
    private const string Settings = "docs/settings.md";
    private const string Metrics = "docs/metrics.md";

    [Fact]
    public async Task The_page_of_settings_is_what_the_options_classes_say()
    {
        using var folder = new TemporaryFolder();
        var page = new SettingsPage();
        List<string> faults = [];
        var everywhere = SettingsPage.Declared(typeof(Discovery.ConsulOptions).Assembly).ToList();
        foreach (var program in BuiltProgram.BuildAll(folder))
        {
            await using var built = program;
            var declared = SettingsPage.Declared(built.Assembly)
                .Concat(SettingsPage.Declared(typeof(TokenVerifier).Assembly)
                    .Where(item => item.Section.StartsWith(built.Name + ":", StringComparison.Ordinal))).ToList();
            faults.AddRange(built.BoundSections().Where(bound => !declared.Contains(bound) && !everywhere.Contains(bound)).Select(bound =>
                $"{bound.Options.FullName} is bound to {bound.Section}; its summary must say: section <c>{bound.Section}</c>"));
            page.Add(built.Name, declared);
        }
        page.Add("Every program", everywhere);

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(page.Undocumented.Count == 0, "no doc line: " + string.Join(", ", page.Undocumented));
        CommittedPage.Check(Settings, page.Text);
    }

    [Fact]
    [Trait("Requirement", "R087")]
    [Trait("Requirement", "R088")]
    [Trait("Requirement", "R089")]
    public async Task The_page_of_metrics_is_what_the_registries_say()
    {
        using var folder = new TemporaryFolder();
        var page = new MetricsPage();
        foreach (var program in BuiltProgram.BuildAll(folder))
        {
            await using var built = program;
            page.Add(built.Name, built.Registry());
        }

        Assert.True(page.Undocumented.Count == 0, "no help text: " + string.Join(", ", page.Undocumented));
        Assert.True(MetricsPage.SeriesOf(page.Text).Count > 100, "the registries were not read");
        CommittedPage.Check(Metrics, page.Text);
    }
}
