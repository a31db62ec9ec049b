using System.Net;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Access;

public sealed class ControlPlaneTests
{
    private readonly PhotoOrigin _photos = new();

    [Fact, Trait("Requirement", "R024"), Trait("Requirement", "R111")]
    public async Task An_owner_who_goes_private_is_refused_to_old_tokens_and_to_everyone_without_one()
    {
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(control, origin);
        _photos.Visibility = "public";
        var old = _photos.Token(edge.Authority);
        Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync(PhotoOrigin.Path)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync($"{PhotoOrigin.Path}?{old}")).StatusCode);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);

        await control.InvalidateAsync("owner", "alice-id", epoch: 2);
        var anonymous = await edge.Client.GetAsync(PhotoOrigin.Path); // to the origin it is public still
        var withOld = await edge.Client.GetAsync($"{PhotoOrigin.Path}?{old}");
        var withNew = await edge.Client.GetAsync(
            $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, epoch: 2)}");

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, withOld.StatusCode);
        Assert.Equal(HttpStatusCode.OK, withNew.StatusCode);
    }

    [Fact, Trait("Requirement", "R023")]
    public async Task A_deleted_photo_is_gone_although_its_bytes_were_cached()
    {
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        var isDeleted = false;
        await using var origin = await OriginServer.StartAsync(context =>
        {
            if (!isDeleted)
            {
                return _photos.AnswerAsync(context);
            }
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        await using var edge = await StartAsync(control, origin);
        var query = "?" + _photos.Token(edge.Authority);
        Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync(PhotoOrigin.Path + query)).StatusCode);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);

        isDeleted = true;
        await control.InvalidateAsync("tag", "photo:1");
        var answer = await edge.Client.GetAsync(PhotoOrigin.Path + query);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task The_edge_is_ready_once_it_has_keys_and_a_heartbeat_and_refuses_purges_of_its_own()
    {
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(control, origin);

        Assert.Equal(HttpStatusCode.OK, (await edge.Admin.GetAsync("/readyz")).StatusCode);
        var purge = await edge.Admin.PostAsync("/purge", new StringContent("{\"kind\":\"all\"}"));
        Assert.Equal(HttpStatusCode.Conflict, purge.StatusCode);
        Assert.InRange(await edge.MetricAsync("flickr_edge_heartbeat_age_seconds"), 0, 5);
    }

    [Fact]
    public async Task Before_the_first_heartbeat_nothing_private_is_served()
    {
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        control.Beats = false;
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], Settings(control));
        await Until.TrueAsync(async () =>
        {
            var answer = await edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}");
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable
                && answer.Headers.RetryAfter is not null;
        });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await edge.Admin.GetAsync("/readyz")).StatusCode);
    }

    [Fact, Trait("Requirement", "R024")]
    public async Task A_cut_off_edge_asks_the_origin_before_it_serves_public_bytes_and_refuses_old_tokens()
    {
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        control.Bounds = (1000, 1000);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(control, origin);
        _photos.Visibility = "public";
        var old = _photos.Token(edge.Authority);
        await edge.Client.GetAsync(PhotoOrigin.Path);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        var hit = await edge.Client.GetAsync(PhotoOrigin.Path);

        control.Beats = false;
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_heartbeat_age_seconds") > 2);
        var before = origin.Count;
        var anonymous = await edge.Client.GetAsync(PhotoOrigin.Path);
        var withOld = await edge.Client.GetAsync($"{PhotoOrigin.Path}?{old}");
        var withFresh = await edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, viewer: "v9")}");

        Assert.Contains("hit", hit.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
        Assert.True(origin.Count > before, "the origin was not asked");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, withOld.StatusCode);
        Assert.Contains("edge-out-of-date", await withOld.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, withFresh.StatusCode);
    }

    [Theory, Trait("Requirement", "R023")]
    [InlineData(0)] // too large to be stored: passed through
    [InlineData(64 << 20)]
    public async Task A_transfer_on_its_way_is_cut_when_its_owner_goes_private(long objectBytesMax)
    {
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        _photos.Body = Collapse.CollapseTests.Bytes(40 << 20);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(control, origin,
            ("Edge:Sites:0:Classes:Thumb:ObjectBytesMax", objectBytesMax.ToString()));
        var query = "?" + _photos.Token(edge.Authority);
        using var answer = await edge.Client.GetAsync(PhotoOrigin.Path + query, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[100_000]);

        await control.InvalidateAsync("owner", "alice-id", epoch: 2);

        await Assert.ThrowsAnyAsync<Exception>(() => stream.CopyToAsync(Stream.Null));
    }

    private (string, string)[] Settings(ControlPlaneServer control) =>
    [
        ("Edge:Sites:0:Access", "Token"), ("Edge:ControlPlane", control.Address),
        ("Edge:ControlPlaneKey", ControlPlaneServer.EdgeKey),
    ];

    private async Task<EdgeServer> StartAsync(ControlPlaneServer control, OriginServer origin,
        params (string, string)[] more)
    {
        var edge = await EdgeServer.StartAsync([origin.Address], [.. Settings(control), .. more]);
        await Until.TrueAsync(async () => (await edge.Admin.GetAsync("/readyz")).IsSuccessStatusCode);
        return edge;
    }
}
