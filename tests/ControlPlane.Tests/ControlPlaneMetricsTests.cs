using System.Text.RegularExpressions;

namespace Flickr.ControlPlane.Tests;

public sealed class ControlPlaneMetricsTests
{
    [Fact]
    public async Task Each_series_moves_when_what_it_counts_happens()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var nobody = plane.Client("");
        using var edgeClient = plane.Client(StartedControlPlane.EdgeKey);
        await plane.FollowAsync("edge-1");
        await plane.InvalidateAsync("tag", "a", wait: 10_000);
        await plane.InvalidateAsync("owner", "alice", wait: 10_000, epoch: 1);

        await nobody.GetAsync("/v1/keys");
        await edgeClient.GetAsync("/v1/keys");
        await nobody.PostAsync("/sign-in", new FormUrlEncodedContent([new("key", "x")]));
        using (await edgeClient.GetAsync("/v1/stream?edge=ahead&after=1000",
            HttpCompletionOption.ResponseContentRead))
        {
            // An edge that has applied more than there is: told hello, and nothing more.
        }
        await Until.TrueAsync(async () =>
            await ValueAsync(plane, "flickr_controlplane_log_head") == 2, "the tail has looked");

        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_invalidations_total{kind=\"tag\"}"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_invalidations_total{kind=\"owner\"}"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_refused_total{reason=\"key\"}"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_refused_total{reason=\"role\"}"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_refused_total{reason=\"sign-in\"}"));
        Assert.Equal(0, await ValueAsync(plane, "flickr_controlplane_refused_total{reason=\"form\"}"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_edges_ahead_total"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_streams"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_term"));
        Assert.True(await ValueAsync(plane, "flickr_controlplane_keys_version") >= 1);
        Assert.InRange(await ValueAsync(plane, "flickr_controlplane_acknowledgements_total"), 2, 4);
        Assert.InRange(await ValueAsync(plane, "flickr_controlplane_acknowledge_seconds_count"), 2, 4);
        Assert.Equal(0, await ValueAsync(plane, "flickr_controlplane_heartbeats_missed_total"));
    }

    [Fact]
    public async Task Joins_and_what_is_refused_to_strangers_are_counted()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var node = new Members.JoiningNode(plane.MemberAddress, "edge", "edge-1");
        var token = await plane.InviteAsync("edge");
        await node.JoinAsync(token);
        await using var thief = new Members.JoiningNode(plane.MemberAddress, "edge", "edge-2");
        await Assert.ThrowsAsync<Listening.JoinRefusedException>(() => thief.JoinAsync(token));
        await plane.RemoveAsync("edge-1");
        using var removed = node.Client();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => removed.GetAsync("/v1/keys/verify"));
        using var stranger = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        });
        await stranger.GetAsync(plane.MemberAddress + "/v1/keys/verify");

        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_joins_total"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_refused_total{reason=\"join\"}"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_refused_total{reason=\"certificate\"}"));
        Assert.Equal(1, await ValueAsync(plane, "flickr_controlplane_invalidations_total{kind=\"member\"}"));
    }

    private static async Task<double> ValueAsync(StartedControlPlane plane, string series)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync($"{plane.AdminAddress}/metrics");
        var match = Regex.Match(text, $"^{Regex.Escape(series)} (\\S+)$", RegexOptions.Multiline);
        Assert.True(match.Success, $"{series} is not there");
        return double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
