using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>What was open and is closed, through real edges.</summary>
[Trait("Requirement", "R076")]
public sealed class FlipTests
{
    private const string Path = "/alice/nature/thumbnail/swans_thumbnail.jpg";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attack_22_what_lies_in_a_cache_is_refused_once_its_owner_went_private(bool wasPublic)
    {
        await using var plane = await StartedControlPlane.StartAsync();
        await using var origin = await EchoOrigin.StartAsync();
        await using var one = await RealEdge.StartAsync("edge-1", plane.Address, origin.Address);
        await using var two = await RealEdge.StartAsync("edge-2", plane.Address, origin.Address);
        var key = await MintFeed.ReadAsync(plane, "HS256");
        if (wasPublic)
        {
            origin.Public["alice"] = 1;
        }
        foreach (var edge in (RealEdge[])[one, two])
        {
            Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(wasPublic ? Path : edge.Signed(key, Path)));
            Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(wasPublic ? Path : edge.Signed(key, Path)));
        }

        origin.Public.TryRemove("alice", out _);
        var receipt = await plane.InvalidateAsync("owner", "alice", wait: 10_000, epoch: 2);

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        foreach (var edge in (RealEdge[])[one, two])
        {
            // Without a token, and with the token of before: neither opens it, from no tier.
            Assert.Equal(HttpStatusCode.Unauthorized, await edge.AskAsync(Path));
            Assert.Equal(HttpStatusCode.Forbidden, await edge.AskAsync(edge.Signed(key, Path)));
            Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(edge.Signed(key, Path, epoch: 2)));
        }
    }

    [Fact]
    [Trait("Requirement", "R034")]
    public async Task Attack_23_a_cut_off_edge_refuses_at_the_bound_what_was_vouched_for_before_and_serves_who_asked_anew()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.Zero };
        await using var plane = await StartedControlPlane.StartAsync(services: added => added.AddSingleton<TimeProvider>(time));
        await using var proxy = new CuttableProxy(plane.Address);
        await using var origin = await EchoOrigin.StartAsync();
        await using var edge = await RealEdge.StartAsync("edge-1", proxy.Address, origin.Address,
            added => added.AddSingleton<TimeProvider>(time));
        var key = await MintFeed.ReadAsync(plane, "HS256");
        var old = edge.Signed(key, Path, time: time);
        Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(old));

        proxy.Cut();
        await edge.UntilAsync(status => !status.IsConnected);
        var receipt = (await plane.InvalidateAsync("owner", "alice", epoch: 2)).GetProperty("receipt").GetString();
        time.Advance(TimeSpan.FromSeconds(100));
        var within = await edge.AskAsync(old); // the bound is the promise: until then it may
        time.Advance(TimeSpan.FromSeconds(25));
        var past = await edge.AskAsync(old);
        var fresh = await edge.AskAsync(edge.Signed(key, Path, epoch: 2, time: time));
        var shown = (await plane.GetAsync($"/v1/invalidations/{receipt}")).GetProperty("edges")[0];

        Assert.Equal(HttpStatusCode.OK, within);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, past);
        Assert.Equal(HttpStatusCode.OK, fresh);
        Assert.True(shown.TryGetProperty("harmlessAtMs", out _));
        proxy.Mend();
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(200)); // it waits before it comes back
            return Task.FromResult(edge.Stream.Status.IsConnected && edge.Stream.Horizon.OwnerEpochOf("alice") == 2);
        }, "the edge has caught up");
        Assert.Equal(HttpStatusCode.Forbidden, await edge.AskAsync(old));
    }

    [Fact]
    public async Task A_killed_control_plane_stops_nobody_and_its_successor_is_followed()
    {
        var plane = await StartedControlPlane.StartAsync();
        await using var proxy = new CuttableProxy(plane.Address);
        await using var origin = await EchoOrigin.StartAsync();
        await using var edge = await RealEdge.StartAsync("edge-1", proxy.Address, origin.Address);
        var key = await MintFeed.ReadAsync(plane, "HS256");
        Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(edge.Signed(key, Path)));

        proxy.Cut();
        await plane.StopAsync();
        Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(edge.Signed(key, Path)));
        await using var next = await StartedControlPlane.StartAsync(plane.Folder, plane.Database, ownsFolder: true);
        proxy.Mend(next.Address);
        var receipt = await next.InvalidateAsync("owner", "alice", epoch: 2);
        await edge.UntilAsync(status => status.Term == 2 && status.Sequence == receipt.GetProperty("sequence").GetInt64());

        Assert.Equal(HttpStatusCode.Forbidden, await edge.AskAsync(edge.Signed(key, Path)));
    }

    [Fact]
    public async Task Attack_29_a_stolen_disk_of_an_edge_holds_no_key_and_no_photo_token()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        await using var origin = await EchoOrigin.StartAsync();
        await using var edge = await RealEdge.StartAsync("edge-1", plane.Address, origin.Address);
        var hs = await MintFeed.ReadAsync(plane, "HS256");
        var es = await MintFeed.ReadAsync(plane, "ES256");
        var target = edge.Signed(hs, Path);
        for (var turn = 0; turn < 5; turn++)
        {
            Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(target));
        }
        await plane.InvalidateAsync("tag", "t", wait: 10_000);
        await edge.StopAsync();

        var looked = 0;
        foreach (var file in Directory.EnumerateFiles(edge.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            looked++;
            foreach (var secret in (byte[][])[hs.Secret.ToArray(), es.Secret.ToArray(), Text(hs.Secret), Text(es.Secret),
                System.Text.Encoding.ASCII.GetBytes(StartedControlPlane.EdgeKey),
                System.Text.Encoding.ASCII.GetBytes(target[(target.LastIndexOf('.') + 1)..])])
            {
                Assert.True(bytes.AsSpan().IndexOf(secret) < 0, $"{file} holds a secret");
            }
        }
        Assert.True(looked > 0);
    }

    private static byte[] Text(ReadOnlySpan<byte> secret) =>
        System.Text.Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(secret));
}
