using Flickr.Tests.Way;

namespace Flickr.Tests.Documents;

/// <summary>The dashboards and rules over a real system and a real Prometheus.</summary>
public sealed class DashboardRunTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Requirement", "R087")]
    [Trait("Requirement", "R088")]
    [Trait("Requirement", "R090")]
    [Trait("Requirement", "R092")]
    public async Task Every_query_of_every_panel_returns_data_and_no_alert_fires_on_a_healthy_system()
    {
        using var folder = new TemporaryFolder();
        await using var up = await UpProcess.StartAsync(folder.At("data"));
        await using var prometheus = await PrometheusProcess.StartAsync(folder, up);
        await UseAsync(up);

        foreach (var dashboard in OpsFiles.Dashboards)
        {
            foreach (var panel in OpsFiles.Panels(dashboard))
            {
                foreach (var query in panel.Queries.Select(text =>
                    text.Replace("$__rate_interval", "2m", StringComparison.Ordinal)))
                {
                    var values = await prometheus.QueryAsync(query);
                    if (!panel.MayBeEmpty && !values.Any(double.IsFinite))
                    {
                        await Patiently.UntilAsync($"{dashboard}, {panel.Title}: {query}", Deadline,
                            async () => (await prometheus.QueryAsync(query)).Any(double.IsFinite));
                    }
                }
            }
        }

        Assert.All(await prometheus.QueryAsync("flickr_origin_disk_free_bytes"), free => Assert.True(free > 0));
        IReadOnlyList<(string Name, string Health, string State)> rules = [];
        await Patiently.UntilAsync("every rule was computed", Deadline, async () =>
            (rules = await prometheus.RulesAsync()).All(rule => rule.Health != "unknown"));
        Assert.Equal(OpsFiles.AlertNames.Order(StringComparer.Ordinal),
            rules.Select(rule => rule.Name).Order(StringComparer.Ordinal));
        Assert.All(rules, rule => Assert.Equal("ok", rule.Health));
        // The disk under the test may be small; that is no fault of the system's.
        Assert.DoesNotContain(rules, rule => rule.State == "firing" && rule.Name != "FlickrDiskLow");
    }

    /// <summary>Publishes, looks at pictures with and without a good token, and deletes.</summary>
    private static async Task UseAsync(UpProcess up)
    {
        using var person = await Person.SignUpAsync(up);
        using var browser = new HttpClient();
        var id = await person.PublishAsync("nature", "chelsea.png", Samples.Read("photos/chelsea.png"));
        var page = await person.PageAsync("nature");
        var item = page.GetProperty("items").EnumerateArray().Single();
        foreach (var rung in (string[])["thumbnail", "hd", "thumbnail", "hd"])
        {
            _ = await browser.GetByteArrayAsync(item.GetProperty(rung).GetProperty("url").GetString());
        }
        var original = await person.CallAsync(HttpMethod.Post, $"/api/v1/photos/{id}/original");
        var address = original.GetProperty("url").GetString()!;
        _ = await browser.GetByteArrayAsync(address);
        using var refused = await browser.GetAsync(address[..^4] + "AAAA");
        Assert.False(refused.IsSuccessStatusCode);
        await person.CallAsync(HttpMethod.Delete, $"/api/v1/photos/{id}");
    }
}
