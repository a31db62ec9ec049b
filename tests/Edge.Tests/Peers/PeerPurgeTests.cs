using System.Net;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Peers;

public sealed class PeerPurgeTests
{
    private readonly PhotoOrigin _photos = new();

    private string Query => "?" + _photos.Token(EdgeFleet.Host);

    [Fact, Trait("Requirement", "R111")]
    public async Task A_purge_that_only_the_asking_edge_has_heard_of_is_not_undone_by_the_owners_older_copy()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        var path = fleet.PathOwnedBy(0);
        await (await fleet.GetAsync(0, path + Query)).Content.ReadAsByteArrayAsync();
        await Until.TrueAsync(async () => await fleet.Edges[0].MetricAsync("flickr_edge_stored_total") == 1);
        var old = _photos.Body;
        _photos.Body = Collapse.CollapseTests.Bytes(30_000);

        await fleet.Controls[1].InvalidateAsync("url", path);
        var asking = await (await fleet.GetAsync(1, path + Query)).Content.ReadAsByteArrayAsync();
        var owner = await (await fleet.GetAsync(0, path + Query)).Content.ReadAsByteArrayAsync();

        Assert.Equal(_photos.Body, asking);
        Assert.Equal(old, owner); // it has not heard
        Assert.Equal(1, await fleet.Edges[1].MetricAsync("flickr_edge_peer_asks_total{result=\"outdated\"}"));
    }

    [Fact, Trait("Requirement", "R111")]
    public async Task A_copy_taken_over_from_the_owner_dies_by_a_purge_of_between_its_fill_and_its_taking_over()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address, [("Edge:Peers:KeepAsks", "1")]);
        var path = fleet.PathOwnedBy(0);
        // The asking edge is ahead by a purge that has nothing to do with the object.
        await fleet.Controls[1].InvalidateAsync("tag", "photo:other");
        await (await fleet.GetAsync(1, path + Query)).Content.ReadAsByteArrayAsync();
        await Until.TrueAsync(async () => await fleet.SumAsync("flickr_edge_stored_total") == 2);

        _photos.Body = Collapse.CollapseTests.Bytes(30_000);
        await fleet.Controls[1].InvalidateAsync("url", path);
        var after = await (await fleet.GetAsync(1, path + Query)).Content.ReadAsByteArrayAsync();

        Assert.Equal(_photos.Body, after);
    }

    [Fact, Trait("Requirement", "R024"), Trait("Requirement", "R111")]
    public async Task A_purge_while_the_owners_bytes_are_on_their_way_cuts_them_and_they_are_never_served_again()
    {
        var large = new RangeOrigin(4 << 20) { GateAt = 1 << 20 };
        await using var origin = await OriginServer.StartAsync(large.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address, [("Edge:Peers:KeepAsks", "1")]);
        var path = fleet.PathOwnedBy(0);

        using var answer = await fleet.GetAsync(1, path + Query);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[512 << 10]);
        await fleet.Controls[1].InvalidateAsync("tag", "photo:1");
        large.Gate.SetResult();
        var cut = await Assert.ThrowsAnyAsync<Exception>(() => body.ReadExactlyAsync(new byte[(4 << 20) - (512 << 10)])
            .AsTask());

        Assert.True(cut is IOException or HttpRequestException, cut.ToString());
        await Until.TrueAsync(async () =>
            await fleet.Edges[1].MetricAsync("flickr_edge_fills_overtaken_total") == 1);
        Assert.Equal(0, await fleet.Edges[1].MetricAsync("flickr_edge_memory_objects"));
    }

    [Fact, Trait("Requirement", "R024")]
    public async Task A_flip_to_private_at_the_asking_edge_closes_the_owners_public_copy()
    {
        _photos.Visibility = "public";
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        var path = fleet.PathOwnedBy(0);
        Assert.Equal(HttpStatusCode.OK, (await fleet.GetAsync(1, path)).StatusCode);

        await fleet.Controls[1].InvalidateAsync("owner", "alice-id", epoch: 2);
        var anonymous = await fleet.GetAsync(1, path);
        var withOld = await fleet.GetAsync(1, path + Query);
        var withNew = await fleet.GetAsync(1, $"{path}?{_photos.Token(EdgeFleet.Host, epoch: 2)}");

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, withOld.StatusCode);
        Assert.Equal(HttpStatusCode.OK, withNew.StatusCode);
    }

    [Fact, Trait("Requirement", "R034")]
    public async Task A_private_object_that_the_owner_gives_an_edge_is_refused_to_a_client_without_a_token()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address, [("Edge:Peers:KeepAsks", "1")]);
        var path = fleet.PathOwnedBy(0);

        var missing = await fleet.GetAsync(1, path);
        var foreign = await fleet.GetAsync(1, $"{path}?{_photos.Token(EdgeFleet.Host, owner: "bob-id")}");
        var good = await fleet.GetAsync(1, path + Query);

        Assert.Equal(HttpStatusCode.Unauthorized, missing.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.False(good.Headers.Contains("Flickr-Owner"));
        Assert.False(good.Headers.Contains("Flickr-Peer-Answer"));
    }
}
