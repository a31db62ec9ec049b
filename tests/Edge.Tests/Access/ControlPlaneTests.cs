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

    private (string, string)[] Settings(ControlPlaneServer control) =>
    [
        ("Edge:Sites:0:Access", "Token"), ("Edge:ControlPlane", control.Address),
        ("Edge:ControlPlaneKey", ControlPlaneServer.EdgeKey),
    ];

    private async Task<EdgeServer> StartAsync(ControlPlaneServer control, OriginServer origin)
    {
        var edge = await EdgeServer.StartAsync([origin.Address], Settings(control));
        await Until.TrueAsync(async () => (await edge.Admin.GetAsync("/readyz")).IsSuccessStatusCode);
        return edge;
    }
}
