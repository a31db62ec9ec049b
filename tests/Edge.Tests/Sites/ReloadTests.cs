using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Tests.Sites;

public sealed class ReloadTests
{
    [Fact]
    public async Task Sites_and_upstreams_change_without_a_restart()
    {
        await using var first = await OriginServer.StartAsync(context =>
            context.Response.WriteAsync("first"));
        await using var second = await OriginServer.StartAsync(context =>
            context.Response.WriteAsync("second"));
        var live = new LiveSettings();
        await using var edge = await EdgeServer.StartAsync([first.Address], [], live: live);
        Assert.Equal("first", await edge.Client.GetStringAsync("/x"));

        live.Change(("Edge:Sites:0:Upstreams:0", second.Address));

        await Until.TrueAsync(async () => await edge.Client.GetStringAsync("/x") == "second");
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_site_reloads_total{result=\"taken\"}"));
    }

    [Fact]
    public async Task Wrong_sites_are_refused_with_the_reason_and_the_old_ones_stay()
    {
        await using var origin = await OriginServer.StartAsync(context =>
            context.Response.WriteAsync("first"));
        var live = new LiveSettings();
        await using var edge = await EdgeServer.StartAsync([origin.Address], [], live: live);

        live.Change(("Edge:Sites:1:Host", "b.example"), ("Edge:Sites:1:Upstreams:0", "not an address"));

        await Until.TrueAsync(async () =>
            (await edge.Admin.GetStringAsync("/sites")).Contains("Edge:Sites:1:Upstreams:0"));
        Assert.Equal("first", await edge.Client.GetStringAsync("/x"));
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_site_reloads_total{result=\"refused\"}"));
    }

    [Theory]
    [InlineData("Edge:Sites:0:Upstreams:0", "ftp://x", "Edge:Sites:0:Upstreams:0")]
    [InlineData("Edge:Sites:0:Host", "Has Space", "Edge:Sites:0:Host")]
    [InlineData("Edge:Sites:0:Access", "Perhaps", "Access")]
    [InlineData("Edge:Sites:0:StaleIfError", "400.00:00:00", "Edge:Sites:0:StaleIfError")]
    [InlineData("Edge:Fetch:HeadTimeout", "01:00:00", "HeadTimeout")]
    [InlineData("Edge:Keys:0:Kid", "k", "Edge:Keys")]
    public async Task A_bad_setting_stops_the_start_with_its_name(string key, string value, string named)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(
            () => EdgeServer.StartAsync(["http://127.0.0.1:1"], [(key, value)]));

        Assert.Contains(named, fault.Message);
    }

    [Fact]
    public async Task Each_host_has_its_own_site_and_an_unknown_host_is_misdirected()
    {
        await using var a = await OriginServer.StartAsync(context => context.Response.WriteAsync("a"));
        await using var b = await OriginServer.StartAsync(context => context.Response.WriteAsync("b"));
        await using var edge = await EdgeServer.StartAsync([a.Address],
            [("Edge:Sites:0:Host", "a.example"), ("Edge:Sites:1:Host", "b.example"),
                ("Edge:Sites:1:Upstreams:0", b.Address)]);

        Assert.Equal("a", await GetAsync("a.example"));
        Assert.Equal("b", await GetAsync("B.example:8080"));
        Assert.Contains("site-unknown", await GetAsync("c.example"));

        async Task<string> GetAsync(string host)
        {
            var answer = await edge.Client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, "/x") { Headers = { Host = host } });
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task An_edge_that_stops_is_not_ready_and_lets_open_requests_finish()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 10;
            await context.Response.WriteAsync("01234");
            await gate.Task;
            await context.Response.WriteAsync("56789");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var answer = await edge.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);

        var stopping = edge.App.StopAsync();
        var isReady = edge.Services.GetService(typeof(Drain)) is Drain { IsReady: true };
        gate.SetResult();
        var body = await answer.Content.ReadAsStringAsync();
        await stopping;

        Assert.False(isReady);
        Assert.Equal("0123456789", body);
    }
}
