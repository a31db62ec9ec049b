using System.Net;
using Flickr.ControlPlane;
using Flickr.Edge;
using Flickr.Origin;
using Microsoft.Extensions.Configuration;

namespace Flickr.Discovery.Tests;

/// <summary>Real programs find each other through a stub of Consul's agent.</summary>
public sealed class ProgramsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("flickr-discovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task An_edge_finds_the_origin_that_announced_itself_and_a_second_one_later()
    {
        await using var consul = await ConsulStub.StartAsync();
        await using var origin = OriginProgram.Build([], Settings(consul, "origin", "Origin"));
        await origin.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => consul.Registered.Count == 1, "the origin is not announced");
        var id = consul.Registered.Single();
        var registration = consul.Registration(id);
        Assert.Equal("flickr-origin", (string)registration["Name"]!);
        Assert.Equal(new Uri(origin.Urls.First()).Port, (int)registration["Port"]!);
        Assert.Equal(origin.Urls.ElementAt(1).TrimEnd('/') + "/readyz", (string)registration["Check"]!["HTTP"]!);
        using var client = new HttpClient();
        using var ready = await client.GetAsync(new Uri((string)registration["Check"]!["HTTP"]!), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);

        await using var edge = EdgeProgram.Build([], Settings(consul, "edge", "Edge",
            ("Edge:Sites:0:Host", "*"), ("Edge:Sites:0:Upstreams:0", "consul://flickr-origin")));
        await edge.StartAsync(TestContext.Current.CancellationToken);
        using var missing = await client.GetAsync(edge.Urls.First() + "/b/" + new string('0', 64), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        await Eventually.TrueAsync(() => consul.Registered.Count == 2, "the edge is not announced");

        consul.Put("flickr-origin", "second", new Uri("http://127.0.0.2:1"));
        await Eventually.TrueAsync(() => edge.Configuration.GetSection("Edge:Sites:0:Upstreams").GetChildren().Count() == 2,
            "the second origin did not reach the settings");
        var admin = new Uri(edge.Urls.Last());
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!(await client.GetStringAsync(new Uri(admin, "/sites"), TestContext.Current.CancellationToken))
            .Contains("127.0.0.2", StringComparison.Ordinal))
        {
            await looks.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_program_that_stops_takes_its_announcement_back_and_a_forgotten_one_announces_itself_again()
    {
        await using var consul = await ConsulStub.StartAsync();
        var control = ControlPlaneProgram.Build([], Settings(consul, "control", "ControlPlane",
            ("ControlPlane:Members:Listen", "https://127.0.0.1:0"))); // a third listener, which is not the one to check
        await control.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => consul.Registered is [var id]
            && id.StartsWith("flickr-control-plane-127.0.0.1-", StringComparison.Ordinal), "not announced");

        using (var client = new HttpClient())
        {
            var check = (string)consul.Registration(consul.Registered.Single())["Check"]!["HTTP"]!;
            Assert.Equal("ready\n", await client.GetStringAsync(new Uri(check), TestContext.Current.CancellationToken));
        }
        consul.Forget();
        await Eventually.TrueAsync(() => consul.Registered.Count == 1, "not announced again");

        await control.StopAsync(TestContext.Current.CancellationToken);
        await control.DisposeAsync();
        Assert.Empty(consul.Registered);
    }

    [Fact]
    public async Task A_program_starts_and_serves_while_consul_is_away_and_is_announced_when_it_comes()
    {
        var consul = await ConsulStub.StartAsync();
        var port = new Uri(consul.Address).Port;
        var settings = Settings(consul, "origin", "Origin");
        await consul.DisposeAsync();
        await using var origin = OriginProgram.Build([], settings);
        await origin.StartAsync(TestContext.Current.CancellationToken);

        await using var late = await ConsulStub.StartAsync(port);
        await Eventually.TrueAsync(() => late.Registered.Count == 1, "not announced");
    }

    private IConfiguration Settings(
        ConsulStub consul, string folder, string program, params (string Key, string Value)[] more) =>
        new ConfigurationBuilder().AddInMemoryCollection([
            new($"{program}:Listen", "http://127.0.0.1:0"), new($"{program}:AdminListen", "http://127.0.0.1:0"),
            new($"{program}:DataDirectory", Path.Combine(_folder, folder)),
            new("Discovery:Consul:Address", consul.Address), new("Discovery:Consul:Wait", "00:00:01"),
            new("Discovery:Consul:RegisterInterval", "00:00:01"),
            .. more.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))]).Build();
}
