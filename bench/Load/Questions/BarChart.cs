using System.Globalization;
using System.Net;
using System.Text;

namespace Flickr.Load.Questions;

/// <summary>Bars as SVG: one a server, its median, with a line from the least to the most of the rounds.</summary>
internal static class BarChart
{
    private const int Width = 640;
    private const int BarsFrom = 150;
    private const int BarsWidth = 400;
    private const int Line = 28;

    /// <summary>Writes a chart of one shape into the folder; returns its file name.</summary>
    public static string Write(string folder, PromisesQuestion.ShapeSeen seen)
    {
        var name = "bench-" + string.Concat(seen.Shape.Name.ToLowerInvariant()
            .Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '×')).Replace('×', 'x') + ".svg";
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name), Draw(seen));
        return name;
    }

    private static string Draw(PromisesQuestion.ShapeSeen seen)
    {
        var most = seen.Rows.Max(row => row.Most);
        var height = 50 + (seen.Rows.Count * Line);
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" font-family="sans-serif" font-size="13">""");
        Add(svg, $"""<rect width="{Width}" height="{height}" fill="#ffffff"/>""");
        Add(svg, $"""<text x="10" y="22" font-weight="bold">Cache hits a second, {WebUtility.HtmlEncode(seen.Shape.Name)}, one processor</text>""");
        for (var i = 0; i < seen.Rows.Count; i++)
        {
            var row = seen.Rows[i];
            var top = 38 + (i * Line);
            var colour = i == 0 ? "#c2410c" : "#94a3b8";
            Add(svg, $"""<text x="{BarsFrom - 8}" y="{top + 15}" text-anchor="end">{WebUtility.HtmlEncode(row.Name)}</text>""");
            Add(svg, $"""<rect x="{BarsFrom}" y="{top}" width="{At(row.Median, most):0}" height="20" fill="{colour}"/>""");
            Add(svg, $"""<line x1="{BarsFrom + At(row.Least, most):0}" x2="{BarsFrom + At(row.Most, most):0}" y1="{top + 10}" y2="{top + 10}" stroke="#0f172a"/>""");
            Add(svg, $"""<text x="{BarsFrom + BarsWidth + 10}" y="{top + 15}">{row.Median:N0}</text>""");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static double At(double value, double most) => value / most * BarsWidth;

    private static void Add(StringBuilder svg, FormattableString line) =>
        svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
