using System.Net;
using Flickr.Edge.Peers;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Peers;

public sealed class PeerFailureTests
{
    private readonly PhotoOrigin _photos = new();

    private string Query => "?" + _photos.Token(EdgeFleet.Host);

    [Fact, Trait("Requirement", "R111")]
    public async Task An_owner_killed_in_mid_body_costs_the_client_nothing()
    {
        var large = new RangeOrigin(4 << 20) { GateAt = 1 << 20 };
        await using var origin = await OriginServer.StartAsync(large.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(3, _photos, origin.Address);
        var path = fleet.PathOwnedBy(0);

        using var answer = await fleet.GetAsync(1, path + Query);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var got = new byte[large.Body.Length];
        await body.ReadExactlyAsync(got.AsMemory(0, 512 << 10));
        await fleet.KillAsync(0);
        await body.ReadExactlyAsync(got.AsMemory(512 << 10));

        Assert.Equal(large.Body, got);
        Assert.Contains("detail=peer", answer.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_fill_resumes_total"));
        Assert.Equal(2, origin.Count);
    }

    [Fact]
    public async Task An_owner_that_is_gone_is_asked_once_and_then_passed_over()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(3, _photos, origin.Address,
            [("Edge:Peers:RestTime", "00:10:00")]);
        var path = fleet.PathOwnedBy(0);
        await fleet.KillAsync(0);

        var first = await fleet.GetAsync(1, path + Query);
        var second = await fleet.GetAsync(2, path + Query);
        var third = await fleet.GetAsync(1, path.Replace("photo", "other", StringComparison.Ordinal) + Query);

        Assert.All([first, second, third], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peer_asks_total{result=\"lost\"}"));
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peers_resting"));
    }

    [Fact]
    public async Task An_owner_that_is_slow_is_not_waited_for()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isFirst = 1;
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            if (Interlocked.Exchange(ref isFirst, 0) == 1)
            {
                await gate.Task.WaitAsync(context.RequestAborted);
            }
            await _photos.AnswerAsync(context);
        });
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address,
            [("Edge:Peers:HeadTimeout", "00:00:00.2")]);
        var path = fleet.PathOwnedBy(0);

        var answer = await fleet.GetAsync(1, path + Query);
        gate.SetResult();

        Assert.Equal(_photos.Body, await answer.Content.ReadAsByteArrayAsync());
        Assert.DoesNotContain("detail=peer", answer.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peer_asks_total{result=\"slow\"}"));
    }

    [Fact]
    public async Task An_owner_that_has_enough_to_do_declines_and_the_origin_is_asked()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            if (context.Request.Headers["CDN-Loop"] == "flickr, flickr")
            {
                await gate.Task.WaitAsync(context.RequestAborted); // what an owner asks for another edge
            }
            await _photos.AnswerAsync(context);
        });
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address, [("Edge:Peers:AnswersMax", "1")]);
        var paths = Enumerable.Range(0, 1000).Select(number => $"/alice/nature/thumbnail/p{number}.jpg")
            .Where(path => fleet.OwnerOf(path) == 0).Take(2).ToArray();

        var first = fleet.GetAsync(1, paths[0] + Query);
        await Until.TrueAsync(() => origin.Count == 1);
        var second = await fleet.GetAsync(1, paths[1] + Query);
        gate.SetResult();

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(1, await fleet.Edges[0].MetricAsync("flickr_edge_peer_replies_total{result=\"busy\"}"));
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peer_asks_total{result=\"declined\"}"));
    }

    [Fact]
    public async Task An_owner_with_more_than_its_share_of_asks_on_their_way_is_passed_over()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            await gate.Task.WaitAsync(context.RequestAborted);
            await _photos.AnswerAsync(context);
        });
        await using var fleet = await EdgeFleet.StartAsync(3, _photos, origin.Address);
        var paths = Enumerable.Range(0, 2000).Select(number => $"/alice/nature/thumbnail/p{number}.jpg")
            .Where(path => fleet.OwnerOf(path) == 0).Take(20).ToArray();

        var asked = paths.Select(path => fleet.GetAsync(1, path + Query)).ToArray();
        await Until.TrueAsync(() => origin.Count == paths.Length);
        gate.SetResult();

        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.InRange(await fleet.Edges[1].MetricAsync("flickr_edge_peer_passed_over_total"), 1, 10);
    }

    [Fact]
    public async Task What_may_not_be_stored_is_declined_by_the_owner_and_served_from_the_origin()
    {
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["Flickr-Visibility"] = "public";
            return context.Response.Body.WriteAsync(_photos.Body).AsTask();
        });
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        var path = fleet.PathOwnedBy(0);

        var answer = await fleet.GetAsync(1, path);

        Assert.Equal(_photos.Body, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(1, await fleet.Edges[0].MetricAsync("flickr_edge_peer_replies_total{result=\"declined\"}"));
    }

    [Fact]
    public async Task An_answer_without_the_seal_of_the_fleet_is_thrown_away()
    {
        await using var impostor = new RawServer(connection => connection.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"
            + $"{PeerSeal.AnswerField}: 1 o 0 1 c AAAA AAAA\r\n\r\nevil"));
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        fleet.Change(1, ("Edge:Peers:Nodes:0:Address", impostor.Address), ("Edge:Peers:Nodes:0:IsShield", "true"));

        var answer = await fleet.GetAsync(1, PhotoOrigin.Path + Query);

        Assert.Equal(_photos.Body, await answer.Content.ReadAsByteArrayAsync());
        Assert.Single(impostor.Heads);
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peer_asks_total{result=\"forged\"}"));
    }

    [Fact]
    public async Task A_list_that_is_wrong_changes_nothing_and_an_edge_without_a_control_plane_has_no_peers()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        var before = fleet.MapOf(0).Current;

        fleet.Change(0, ("Edge:Peers:Nodes:1:Address", "nowhere"));

        Assert.Same(before, fleet.MapOf(0).Current);
        var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            EdgeServer.StartAsync(origin.Address, ("Edge:Peers:Key", EdgeFleet.Key),
                ("Edge:Peers:Nodes:0:Name", "edge"), ("Edge:Peers:Nodes:0:Address", "http://127.0.0.1:1")));
        Assert.Contains("control plane", refused.Message);
    }
}
