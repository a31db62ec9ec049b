using System.Globalization;

namespace Flickr.Tests.Way;

/// <summary>Reads counters of admin listeners.</summary>
internal static class Metrics
{
    /// <summary>Sum of a series over all its labels; 0 when it is not there yet.</summary>
    public static async Task<double> SumAsync(HttpClient client, Uri admin, string series)
    {
        var text = await client.GetStringAsync(new Uri(admin, "/metrics"));
        return text.Split('\n')
            .Where(line => line.StartsWith(series + " ", StringComparison.Ordinal)
                || line.StartsWith(series + "{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
