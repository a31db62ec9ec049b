using System.Diagnostics;
using Flickr.Sql;

namespace Flickr.ControlPlane.Tests;

/// <summary>Measures; promises nothing. Run with <c>-explicit only</c>.</summary>
public sealed class FleetTimings
{
    [Theory(Explicit = true)]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task Eight_edges_from_the_post_to_the_last_acknowledgement(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        for (var edge = 1; edge <= 8; edge++)
        {
            await plane.FollowAsync($"edge-{edge}");
        }
        var slowest = new List<double>();
        var whole = new List<double>();
        for (var round = 0; round < 210; round++)
        {
            var clock = Stopwatch.StartNew();
            var receipt = await plane.InvalidateAsync("owner", $"owner-{round}", wait: 10_000,
                epoch: round + 1);
            if (round >= 10)
            {
                whole.Add(clock.Elapsed.TotalMilliseconds);
                slowest.Add(receipt.GetProperty("edges").EnumerateArray().Max(edge =>
                    edge.GetProperty("tookMs").GetInt64()));
            }
        }
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{engine}: last acknowledgement {Percentiles(slowest)}; POST with wait {Percentiles(whole)}");
        Console.WriteLine($"{engine}: last acknowledgement {Percentiles(slowest)}; POST with wait {Percentiles(whole)}");
    }

    private static string Percentiles(List<double> values)
    {
        values.Sort();
        return $"p50 {values[values.Count / 2]:F1} ms, p99 {values[values.Count * 99 / 100]:F1} ms, max {values[^1]:F1} ms";
    }
}
