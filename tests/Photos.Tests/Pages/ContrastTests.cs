using System.Globalization;
using System.Text.RegularExpressions;
using Flickr.Photos.Pages;

namespace Flickr.Photos.Tests.Pages;

/// <summary>The colours of the pages against WCAG 2.2, success criteria 1.4.3 and 1.4.11, computed from the sheet itself.</summary>
public sealed partial class ContrastTests
{
    // What stands on what, by use in the sheet.
    private static readonly (string Ink, string Ground)[] Texts =
    [
        ("ink", "paper"), ("ink", "panel"), ("soft", "paper"), ("soft", "panel"), ("accent", "paper"), ("accent", "panel"),
        ("on-accent", "accent"), ("bad", "paper"), ("bad", "panel"), ("good", "paper"),
    ];

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    [InlineData("viewer")]
    [Trait("Requirement", "R118")]
    public void Every_text_stands_out_from_its_ground(string theme)
    {
        var colours = Themes()[theme];

        var faint = Texts.Select(pair => (pair, Ratio: Contrast(colours[pair.Ink], colours[pair.Ground])))
            .Where(judged => judged.Ratio < 4.5)
            .Select(judged => $"{judged.pair.Ink} on {judged.pair.Ground}: {judged.Ratio:0.00}");

        Assert.Empty(faint);
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    [InlineData("viewer")]
    [Trait("Requirement", "R118")]
    public void The_focus_and_the_edge_of_a_field_can_be_seen_on_every_ground(string theme)
    {
        var colours = Themes()[theme];

        foreach (var (mark, ground) in new[] { ("accent", "paper"), ("accent", "panel"), ("edge", "paper"), ("edge", "panel") })
        {
            Assert.InRange(Contrast(colours[mark], colours[ground]), 3, 21);
        }
    }

    [Fact]
    public void Contrast_is_computed_as_WCAG_defines_it()
    {
        Assert.Equal(21, Contrast("#ffffff", "#000000"), 3);
        Assert.Equal(4.54, Contrast("#767676", "#ffffff"), 2); // the grey the W3C names as just enough on white
    }

    private static Dictionary<string, Dictionary<string, string>> Themes()
    {
        using var stream = typeof(PageWords).Assembly.GetManifestResourceStream("Flickr.Photos.Assets.site.css")!;
        using var reader = new StreamReader(stream);
        var sheet = reader.ReadToEnd();
        var blocks = Block().Matches(sheet).Where(block => block.Value.Contains("--ink:", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, blocks.Count); // light, dark, and the viewer that is dark always

        return new[] { "light", "dark", "viewer" }.Zip(blocks).ToDictionary(
            pair => pair.First,
            pair => Variable().Matches(pair.Second.Value).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["colour"].Value));
    }

    private static double Contrast(string first, string second)
    {
        var (light, dark) = (Math.Max(Luminance(first), Luminance(second)), Math.Min(Luminance(first), Luminance(second)));
        return (light + 0.05) / (dark + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Channel(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));
    }

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Block();

    [GeneratedRegex(@"--(?<name>[a-z-]+):\s*(?<colour>#[0-9a-f]{6})", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
