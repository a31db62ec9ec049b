using Flickr.Watching;

namespace Flickr.Edge.Tests.Watching;

/// <summary>Rates and quantiles over the last samples.</summary>
[Trait("Requirement", "R090")]
public sealed class SampleHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_rate_is_the_growth_of_all_series_of_a_name_and_a_restart_counts_from_zero()
    {
        var history = Of("a_total{x=\"1\"} 10\na_total{x=\"2\"} 5\na_totals 99", "a_total{x=\"1\"} 30\na_total{x=\"2\"} 3");

        Assert.Equal(23, history.Increase(1, "a_total", TimeSpan.FromMinutes(1)));
        Assert.Equal(2.3, history.Rate(1, "a_total", TimeSpan.FromMinutes(1)));
        Assert.Equal(20, history.Increase(1, "a_total", TimeSpan.FromMinutes(1), "x=\"1\""));
        Assert.Equal(33, history.Sum(1, "a_total"));
    }

    [Fact]
    public void What_cannot_be_said_is_null()
    {
        var history = Of("a_total 1");

        Assert.Null(history.Rate(0, "a_total", TimeSpan.FromMinutes(1)));
        Assert.Null(history.Sum(0, "b"));
        Assert.Null(history.Quantile(0, "b", 0.5, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_quantile_lies_in_its_bucket_by_share()
    {
        var history = Of(
            "h_bucket{le=\"1\"} 0\nh_bucket{le=\"2\"} 0\nh_bucket{le=\"+Inf\"} 0",
            "h_bucket{le=\"1\"} 50\nh_bucket{le=\"2\"} 100\nh_bucket{le=\"+Inf\"} 100");

        Assert.Equal(1.5, history.Quantile(1, "h", 0.75, TimeSpan.FromMinutes(1)));
        Assert.Equal(1, history.Quantile(1, "h", 0.5, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Only_the_last_samples_are_kept()
    {
        var history = new SampleHistory(30);
        for (var count = 0; count < 100; count++)
        {
            history.Add(Start.AddSeconds(count), $"a {count}");
        }

        Assert.Equal(30, history.Count);
        Assert.Equal(99, history.Sum(29, "a"));
        Assert.Equal(70, history.Sum(0, "a"));
    }

    private static SampleHistory Of(params string[] expositions)
    {
        var history = new SampleHistory(30);
        for (var at = 0; at < expositions.Length; at++)
        {
            history.Add(Start.AddSeconds(10 * at), "# HELP a\n" + expositions[at]);
        }
        return history;
    }
}
