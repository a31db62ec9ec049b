using System.Net;
using Flickr.Fleet.Invalidations;
using Flickr.Sql;

namespace Flickr.ControlPlane.Tests;

public sealed class ReceiptTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    [Trait("Requirement", "R111")]
    [Trait("Requirement", "R023")]
    public async Task A_receipt_names_every_edge_with_the_time_of_its_acknowledgement(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        var one = await plane.FollowAsync("edge-1");
        var two = await plane.FollowAsync("edge-2");

        var receipt = await plane.InvalidateAsync("tag", "photo:1", wait: 10_000);

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        var edges = receipt.GetProperty("edges").EnumerateArray().ToList();
        Assert.Equal(["edge-1", "edge-2"], edges.Select(edge => edge.GetProperty("id").GetString()));
        Assert.All(edges, edge => Assert.InRange(edge.GetProperty("tookMs").GetInt64(), 0, 5000));
        var facts = new ObjectFacts("img.example", "/a/b", ["photo:1"], null, 0, IsPrivate: true);
        Assert.Equal(Coverage.Hard, one.Horizon.Judge(facts, fillSequence: 0));
        Assert.Equal(Coverage.Hard, two.Horizon.Judge(facts, fillSequence: 0));
        var again = await plane.GetAsync($"/v1/invalidations/{receipt.GetProperty("receipt").GetString()}");
        Assert.Equal("confirmed", again.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Without_an_edge_an_invalidation_is_confirmed_at_once()
    {
        await using var plane = await StartedControlPlane.StartAsync();

        var receipt = await plane.InvalidateAsync("owner", "alice", wait: 5000, epoch: 4);

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        Assert.Empty(receipt.GetProperty("edges").EnumerateArray());
    }

    [Fact]
    [Trait("Requirement", "R024")]
    public async Task An_edge_that_is_cut_off_is_named_with_the_instant_at_which_its_bound_ends()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var before = DateTimeOffset.UtcNow;
        var edge = await plane.FollowAsync("edge-1");
        await edge.DisposeAsync();

        var receipt = await plane.InvalidateAsync("owner", "alice", wait: 0, epoch: 4);

        Assert.Equal("pending", receipt.GetProperty("state").GetString());
        var named = Assert.Single(receipt.GetProperty("edges").EnumerateArray().ToList());
        var harmless = DateTimeOffset.FromUnixTimeMilliseconds(named.GetProperty("harmlessAtMs").GetInt64());
        Assert.InRange(harmless, before.AddSeconds(300), DateTimeOffset.UtcNow.AddSeconds(311));
        Assert.False(named.TryGetProperty("acknowledgedMs", out _));
    }

    [Theory]
    [InlineData("nothing", "x")]
    [InlineData("url", "/a//b")]
    [InlineData("url", "/a/%2e%2e/b")]
    [InlineData("prefix", "/a/b")]
    [InlineData("owner", "alice")]
    [InlineData("all", "x")]
    [InlineData("tag", "")]
    [InlineData("tag", "two words")]
    public async Task What_would_name_nothing_is_refused_before_anyone_believes_it_gone(string kind,
        string value)
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client();

        using var response = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
            client, "/v1/invalidations", new { kind, value });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("invalidation-invalid", await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_acknowledgement_of_what_is_still_to_come_confirms_nothing()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client(StartedControlPlane.EdgeKey);
        using var stream = await client.GetAsync("/v1/stream?edge=eager",
            HttpCompletionOption.ResponseHeadersRead);

        using var ahead = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
            client, "/v1/edges/eager/ack", new { sequence = 1000, keysVersion = 1, appliedMs = 0 });
        using var stranger = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
            client, "/v1/edges/stranger/ack", new { sequence = 0, keysVersion = 1, appliedMs = 0 });
        var receipt = await plane.InvalidateAsync("tag", "a", wait: 0);

        Assert.Equal(HttpStatusCode.Conflict, ahead.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
        Assert.Equal("pending", receipt.GetProperty("state").GetString());
    }
}
