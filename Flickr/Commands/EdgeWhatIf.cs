using System.Globalization;
using System.Text.Json;

namespace Flickr.Commands;

/// <summary>
/// <c>flickr edge whatif</c>: hit ratio of the RAM tier by size and policy, as the edge's simulator sees it on its
/// live traffic.
/// </summary>
internal static class EdgeWhatIf
{
    /// <summary>A row for each size, a pair of columns for each policy; the running tier is marked.</summary>
    public static void Write(Terminal terminal, JsonElement report)
    {
        var rows = report.GetProperty("rows").EnumerateArray().ToList();
        var policies = rows.Select(row => row.GetProperty("policy").GetString()!).Distinct().ToList();
        List<string> columns = ["RAM"];
        foreach (var policy in policies)
        {
            columns.AddRange([$"{policy} hits", $"{policy} bytes"]);
        }
        terminal.WriteTable(columns, rows.GroupBy(row => row.GetProperty("bytesMax").GetInt64())
            .OrderBy(size => size.Key)
            .Select(size => (IReadOnlyList<string>)[Size(size.Key), .. policies.SelectMany(policy =>
                Cells(size.FirstOrDefault(row => row.GetProperty("policy").GetString() == policy)))]));
        terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.GetProperty("requests").GetInt64()} requests seen (1 key in {report.GetProperty("sampleOneIn").GetInt32()}), {report.GetProperty("dropped").GetInt64()} missed; * is how it runs now"));
    }

    private static IEnumerable<string> Cells(JsonElement row) => row.ValueKind == JsonValueKind.Undefined
        ? ["-", "-"]
        : [Ratio(row, "hitRatio") + (row.GetProperty("isNow").GetBoolean() ? " *" : ""), Ratio(row, "byteHitRatio")];

    private static string Ratio(JsonElement row, string name) =>
        (100 * row.GetProperty(name).GetDouble()).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Size(long bytes) => bytes >= 1L << 30 && bytes % (1L << 30) == 0
        ? $"{bytes >> 30} GiB" : $"{bytes >> 20} MiB";
}
