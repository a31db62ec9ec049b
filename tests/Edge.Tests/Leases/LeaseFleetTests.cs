using System.Net;
using Flickr.Edge.Peers;
using Flickr.Edge.Tests.Harness;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Edge.Tests.Leases;

public sealed class LeaseFleetTests
{
    private const string First = "/alice/nature/original/a.jpg";
    private const string Second = "/alice/nature/original/b.jpg";
    private readonly PhotoOrigin _photos = new();
    private readonly RangeOrigin _large = new(4 << 20) { GateAt = 1 << 20 };

    [Theory, Trait("Requirement", "R025")]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public async Task A_second_original_of_a_viewer_is_refused_until_the_first_is_over(int edge, int other)
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 3, ("Edge:Leases:WaitMax", "00:00:00.2"));
        using var first = await fleet.GetAsync(edge, First + Original(First));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using var refused = await fleet.GetAsync(other, Second + Original(Second));
        using var stranger = await fleet.GetAsync(other, Second + Original(Second, viewer: "viewer-2"));
        _large.Gate.SetResult();
        Assert.Equal(_large.Body, await first.Content.ReadAsByteArrayAsync());
        await Until.TrueAsync(async () => await fleet.SumAsync("flickr_edge_requests_open") == 1);
        using var granted = await GrantedAsync(fleet, other, Second);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter?.Delta);
        Assert.Contains("urn:flickr:problem:too-many-originals", await refused.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, stranger.StatusCode);
        Assert.Equal(HttpStatusCode.OK, granted.StatusCode);
        Assert.InRange(await fleet.SumAsync("flickr_edge_lease_refusals_total"), 1, 100);
        Assert.Equal(3, await fleet.SumAsync("flickr_edge_leases_total"));
    }

    [Fact, Trait("Requirement", "R025")]
    public async Task A_second_original_waits_its_turn_and_is_served_when_the_first_ends_in_time()
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 3, ("Edge:Leases:WaitMax", "00:00:10"));
        using var first = await fleet.GetAsync(0, First + Original(First));

        var second = fleet.GetAsync(1, Second + Original(Second));
        await Until.TrueAsync(async () => await fleet.SumAsync("flickr_edge_lease_waiting") == 1);
        Assert.False(second.IsCompleted);
        _large.Gate.SetResult();
        await first.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
        Assert.Equal(1, await fleet.SumAsync("flickr_edge_lease_waits_total"));
    }

    [Fact, Trait("Requirement", "R025")]
    public async Task A_client_that_leaves_gives_its_place_back()
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 2, ("Edge:Leases:WaitMax", "00:00:10"));
        var first = await fleet.GetAsync(0, First + Original(First));

        var second = fleet.GetAsync(1, Second + Original(Second));
        await Until.TrueAsync(async () => await fleet.SumAsync("flickr_edge_lease_waiting") == 1);
        first.Dispose();

        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
    }

    [Theory, Trait("Requirement", "R025")]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public async Task The_same_original_again_takes_the_place_of_the_transfer_before(int edge, int other)
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 3);
        using var first = await fleet.GetAsync(edge, First + Original(First));
        await using var body = await first.Content.ReadAsStreamAsync();

        using var again = await fleet.GetAsync(other, First + Original(First));
        await Assert.ThrowsAnyAsync<Exception>(() => body.ReadExactlyAsync(new byte[_large.Body.Length]).AsTask());
        _large.Gate.SetResult();

        Assert.Equal(_large.Body, await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(1, await fleet.SumAsync("flickr_edge_leases_superseded_total"));
    }

    [Fact, Trait("Requirement", "R026")]
    public async Task Thumbnails_never_touch_the_lease()
    {
        await using var origin = await OriginServer.StartAsync(context =>
            context.Request.Path.Value!.Contains("/original/") ? _large.AnswerAsync(context) : _photos.AnswerAsync(context));
        await using var fleet = await StartAsync(origin, 2);
        using var first = await fleet.GetAsync(0, First + Original(First));

        var thumbnails = await Task.WhenAll(Enumerable.Range(0, 50).Select(number =>
            fleet.GetAsync(number % 2, $"/alice/nature/thumbnail/t{number}.jpg?{_photos.Token(EdgeFleet.Host)}")));

        Assert.All(thumbnails, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, await fleet.SumAsync("flickr_edge_leases_total"));
    }

    [Fact]
    public async Task A_token_for_two_originals_at_a_time_gives_two_and_no_third()
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 2, ("Edge:Leases:WaitMax", "00:00:00.1"));
        const string Third = "/alice/nature/original/c.jpg";

        using var first = await fleet.GetAsync(0, First + Original(First, count: 2));
        using var second = await fleet.GetAsync(1, Second + Original(Second, count: 2));
        using var third = await fleet.GetAsync(0, Third + Original(Third, count: 2));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests],
            [first.StatusCode, second.StatusCode, third.StatusCode]);
    }

    [Fact]
    public async Task A_head_request_and_a_304_need_no_lease()
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 2, ("Edge:Leases:WaitMax", "00:00:00.1"));
        _large.GateAt = int.MaxValue;
        var tag = (await fleet.GetAsync(0, Second + Original(Second), HttpMethod.Head)).Headers.ETag!;
        _large.GateAt = 1 << 20;
        using var first = await fleet.GetAsync(0, First + Original(First));

        var head = await fleet.GetAsync(1, Second + Original(Second), HttpMethod.Head);
        var unchanged = await fleet.GetAsync(1, Second + Original(Second),
            change: request => request.Headers.IfNoneMatch.Add(tag));

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(1, await fleet.SumAsync("flickr_edge_leases_total"));
    }

    [Fact]
    public async Task A_viewer_whose_home_is_lost_gets_originals_and_each_edge_holds_the_limit_alone()
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 3, ("Edge:Leases:WaitMax", "00:00:00.1"));
        var viewer = ViewerAtHome(fleet, 2);
        await fleet.KillAsync(2);

        using var first = await fleet.GetAsync(0, First + Original(First, viewer));
        using var second = await fleet.GetAsync(1, Second + Original(Second, viewer));
        using var third = await fleet.GetAsync(0, Second + Original(Second, viewer));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests],
            [first.StatusCode, second.StatusCode, third.StatusCode]);
        Assert.Equal(3, await fleet.Edges[0].MetricAsync("flickr_edge_lease_degraded_total")
            + await fleet.Edges[1].MetricAsync("flickr_edge_lease_degraded_total"));
    }

    [Fact]
    public async Task A_lease_is_renewed_while_bytes_move_and_its_loss_is_counted_and_survived()
    {
        await using var origin = await OriginServer.StartAsync(_large.AnswerAsync);
        await using var fleet = await StartAsync(origin, 3, ("Edge:Leases:WaitMax", "00:00:00.1"),
            ("Edge:Leases:Lifetime", "00:00:01"), ("Edge:Leases:RenewInterval", "00:00:00.1"));
        var viewer = ViewerAtHome(fleet, 2);
        using var first = await fleet.GetAsync(0, First + Original(First, viewer));
        var since = TimeProvider.System.GetTimestamp();
        await Until.TrueAsync(() => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1.5));

        using var second = await fleet.GetAsync(1, Second + Original(Second, viewer));
        await fleet.KillAsync(2);
        await Until.TrueAsync(async () =>
            await fleet.Edges[0].MetricAsync("flickr_edge_lease_renewals_lost_total") > 0);
        _large.Gate.SetResult();

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(_large.Body, await first.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_hit_lane_leaves_originals_to_the_lease()
    {
        var small = new RangeOrigin(100_000);
        await using var origin = await OriginServer.StartAsync(small.AnswerAsync);
        await using var fleet = await StartAsync(origin, 1, ("Edge:Lane:Enabled", "true"));

        await (await fleet.GetAsync(0, First + Original(First))).Content.ReadAsByteArrayAsync();
        await Until.TrueAsync(async () => await fleet.Edges[0].MetricAsync("flickr_edge_stored_total") == 1);
        await (await fleet.GetAsync(0, First + Original(First))).Content.ReadAsByteArrayAsync();

        Assert.Equal(0, await fleet.Edges[0].MetricAsync("flickr_edge_lane_hits_total"));
        Assert.Equal(2, await fleet.Edges[0].MetricAsync("flickr_edge_leases_total"));
    }

    private Task<EdgeFleet> StartAsync(OriginServer origin, int count, params (string, string)[] settings) =>
        EdgeFleet.StartAsync(count, _photos, origin.Address, settings);

    private string Original(string path, string viewer = "viewer-1", int count = 1) => "?"
        + new TokenMinter(_photos.Key, TimeProvider.System).MintQuery(Grant.ForOwner("alice-id", 1).ForViewer(viewer)
            .ForHost(EdgeFleet.Host).Exact(CanonicalPath.Parse(path)).Open(PhotoClasses.Original)
            .MaxConcurrentOriginals(count));

    private string ViewerAtHome(EdgeFleet fleet, int edge) => Enumerable.Range(0, 1000).Select(number => $"v{number}")
        .First(viewer => PeerTable.HomeOf($"{_photos.Key.Issuer}\nv\n{viewer}", fleet.MapOf(0).Current.Region)!.Name
            == $"e{edge}");

    /// <summary>The place is given back after the client has the last byte: asks until it is there.</summary>
    private async Task<HttpResponseMessage> GrantedAsync(EdgeFleet fleet, int edge, string path)
    {
        HttpResponseMessage? answer = null;
        await Until.TrueAsync(async () =>
        {
            answer?.Dispose();
            answer = await fleet.GetAsync(edge, path + Original(path));
            return answer.StatusCode == HttpStatusCode.OK;
        });
        return answer!;
    }
}
