using System.Net;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Peers;

public sealed class PeerFleetTests
{
    private readonly PhotoOrigin _photos = new();

    private string Query => "?" + _photos.Token(EdgeFleet.Host);

    [Fact, Trait("Requirement", "R026")]
    public async Task A_cold_key_asked_at_eight_edges_at_once_is_fetched_once()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            await gate.Task;
            await _photos.AnswerAsync(context);
        });
        await using var fleet = await EdgeFleet.StartAsync(8, _photos, origin.Address);

        var asked = Enumerable.Range(0, 64).Select(client => fleet.GetAsync(client % 8, PhotoOrigin.Path + Query))
            .ToArray();
        await Until.TrueAsync(async () => await fleet.SumAsync("flickr_edge_requests_open") == 64);
        await Until.TrueAsync(() => origin.Count >= 1);
        gate.SetResult();
        var answers = await Task.WhenAll(asked);

        foreach (var answer in answers)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(_photos.Body, await answer.Content.ReadAsByteArrayAsync());
        }
        Assert.Equal(1, origin.Count);
        Assert.Equal(7, await fleet.SumAsync("flickr_edge_peer_asks_total{result=\"object\"}"));
        Assert.Equal(7, await fleet.SumAsync("flickr_edge_peer_replies_total{result=\"object\"}"));
    }

    [Fact]
    public async Task An_edge_keeps_what_another_owns_when_it_is_asked_for_it_again()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(3, _photos, origin.Address);
        var path = fleet.PathOwnedBy(0);

        var first = await StatusAsync(fleet, 1, path);
        var objectsAfterFirst = await fleet.Edges[1].MetricAsync("flickr_edge_memory_objects");
        var second = await StatusAsync(fleet, 1, path);
        await Until.TrueAsync(async () => await fleet.Edges[1].MetricAsync("flickr_edge_memory_objects") == 1);
        var third = await StatusAsync(fleet, 1, path);

        Assert.Contains("detail=peer", first);
        Assert.DoesNotContain("stored", first);
        Assert.Equal(0, objectsAfterFirst);
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peer_unkept_total"));
        Assert.Contains("stored", second);
        Assert.Contains("hit", third);
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task A_hot_key_is_kept_by_every_edge_at_its_first_ask()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(6, _photos, origin.Address);
        var path = fleet.PathOwnedBy(0);
        foreach (var edge in Enumerable.Range(1, 3))
        {
            await StatusAsync(fleet, edge, path);
        }
        Assert.Equal(0, await fleet.SumAsync("flickr_edge_peer_hot_total"));

        foreach (var edge in Enumerable.Range(4, 2))
        {
            await StatusAsync(fleet, edge, path);
            await Until.TrueAsync(async () => await fleet.Edges[edge].MetricAsync("flickr_edge_memory_objects") == 1);
            Assert.Contains("hit", await StatusAsync(fleet, edge, path));
        }

        Assert.Equal(2, await fleet.SumAsync("flickr_edge_peer_hot_total"));
        Assert.Equal(1, await fleet.Edges[0].MetricAsync("flickr_edge_peer_counted_keys"));
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task Two_edges_that_each_take_the_other_for_the_owner_ask_the_origin_after_one_hop()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        fleet.Introduce(0, [0, 1], node => ("", node == 1));
        fleet.Introduce(1, [0, 1], node => ("", node == 0));

        var answer = await fleet.GetAsync(0, PhotoOrigin.Path + Query);

        Assert.Equal(_photos.Body, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(1, origin.Count);
        Assert.Equal("flickr, flickr", origin.Seen.Single().Fields["CDN-Loop"]);
        Assert.False(origin.Seen.Single().Fields.ContainsKey("Flickr-Peer"));
        Assert.Equal(0, await fleet.Edges[1].MetricAsync("flickr_edge_peer_asks_total{result=\"object\"}"));
    }

    [Fact]
    public async Task Each_region_fetches_once_through_its_shield()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(6, _photos, origin.Address,
            place: node => (node < 3 ? "asia" : "europe", node is 0 or 3));

        foreach (var edge in Enumerable.Range(0, 6))
        {
            Assert.Equal(HttpStatusCode.OK, (await fleet.GetAsync(edge, PhotoOrigin.Path + Query)).StatusCode);
        }

        Assert.Equal(2, origin.Count);
        foreach (var edge in Enumerable.Range(0, 6))
        {
            Assert.Equal(edge is 0 or 3 ? 1 : 0, await fleet.Edges[edge].MetricAsync("flickr_edge_fetches_total"));
        }
    }

    [Fact]
    public async Task Renewing_goes_through_the_owner_which_says_that_the_copy_is_good()
    {
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.Headers.CacheControl = "max-age=0, must-revalidate";
            context.Response.Headers.ETag = "\"1\"";
            context.Response.Headers["Flickr-Visibility"] = "public";
            if (context.Request.Headers.IfNoneMatch.Count > 0)
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }
            return context.Response.Body.WriteAsync(_photos.Body).AsTask();
        });
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address, [("Edge:Peers:KeepAsks", "1")]);
        var path = fleet.PathOwnedBy(0);
        await fleet.GetAsync(1, path);
        await Until.TrueAsync(async () => await fleet.SumAsync("flickr_edge_stored_total") == 2);

        var again = await fleet.GetAsync(1, path);

        Assert.Equal(_photos.Body, await again.Content.ReadAsByteArrayAsync());
        Assert.Contains("fwd-status=304", again.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peer_asks_total{result=\"match\"}"));
        Assert.Equal(1, await fleet.Edges[0].MetricAsync("flickr_edge_peer_replies_total{result=\"match\"}"));
        Assert.Equal(0, await fleet.Edges[1].MetricAsync("flickr_edge_fetches_total"));
    }

    [Fact]
    public async Task Each_version_of_a_photo_is_asked_of_the_owner_by_its_own_key()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address, [("Edge:Peers:KeepAsks", "1")]);
        var version = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_photos.Body))[..12];
        fleet.Introduce(0, [0, 1], node => ("", node == 1));
        fleet.Introduce(1, [0, 1], node => ("", node == 1));

        var answer = await fleet.GetAsync(0, $"{PhotoOrigin.Path}?v={version}&{Query[1..]}");
        await Until.TrueAsync(async () => await fleet.SumAsync("flickr_edge_stored_total") == 2);
        var atOwner = await fleet.GetAsync(1, $"{PhotoOrigin.Path}?v={version}&{Query[1..]}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("hit", atOwner.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task An_edge_without_peers_asks_nobody_and_listens_to_nobody()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);

        await edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}");

        Assert.Equal("", edge.PeerAddress);
        Assert.Equal(0, await edge.MetricAsync("flickr_edge_peer_asks_total{result=\"object\"}"));
        Assert.Equal(0, await edge.MetricAsync("flickr_edge_peer_counted_keys"));
    }

    private async Task<string> StatusAsync(EdgeFleet fleet, int edge, string path)
    {
        var answer = await fleet.GetAsync(edge, path + Query);
        Assert.Equal(_photos.Body, await answer.Content.ReadAsByteArrayAsync());
        return answer.Headers.GetValues("Cache-Status").Single();
    }
}
