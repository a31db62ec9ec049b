using System.Net;
using Flickr.Listening;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.ControlPlane.Tests.Members;

/// <summary>A certificate lives a day; a member never notices.</summary>
[Trait("Requirement", "R116")]
public sealed class RenewalTests
{
    /// <summary>Short, because every second of the virtual clock is a heartbeat in the real database.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task After_two_thirds_of_its_life_a_certificate_is_renewed_for_the_same_key()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var plane = await StartedControlPlane.StartWithMembersAsync(services: services =>
            services.AddSingleton<TimeProvider>(time), certificateLife: Life);
        await using var node = new JoiningNode(plane.MemberAddress, "origin", "origin-1", time);
        await node.StartAsync(await plane.InviteAsync("origin"));
        var first = node.Identity.Certificate!;
        var third = (first.NotAfter - first.NotBefore) / 3;
        Assert.Equal(new DateTimeOffset(first.NotAfter.ToUniversalTime()) - third, node.Identity.RenewAt);

        time.Advance(node.Identity.RenewAt!.Value - time.GetUtcNow() - TimeSpan.FromSeconds(2));
        Assert.Equal(first.Thumbprint, node.Identity.Certificate!.Thumbprint);
        time.Advance(TimeSpan.FromSeconds(4));
        await Until.TrueAsync(() => Task.FromResult(node.Identity.Certificate!.Thumbprint != first.Thumbprint),
            "the certificate is renewed");

        var second = node.Identity.Certificate!;
        Assert.Equal(first.PublicKey.ExportSubjectPublicKeyInfo(), second.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.True(second.NotAfter > first.NotAfter);
        time.Advance(first.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(2));
        using var client = node.Client();
        using var answer = await client.GetAsync("/v1/members/removed");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Past_its_end_a_certificate_opens_nothing_and_is_not_renewed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var plane = await StartedControlPlane.StartWithMembersAsync(services: services =>
            services.AddSingleton<TimeProvider>(time), certificateLife: Life);
        await using var node = new JoiningNode(plane.MemberAddress, "edge", "edge-1", time);
        await node.JoinAsync(await plane.InviteAsync("edge"));
        using var standing = node.Client();
        Assert.Equal(HttpStatusCode.OK, (await standing.GetAsync("/v1/keys/verify")).StatusCode);

        time.Advance(Life + TimeSpan.FromSeconds(2));

        // On the connection that stands, and on a new one.
        Assert.Equal(HttpStatusCode.Unauthorized, (await standing.GetAsync("/v1/keys/verify")).StatusCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var client = node.Client();
            await client.GetAsync("/v1/keys/verify");
        });
        await Assert.ThrowsAnyAsync<Exception>(() => node.Calls.RenewAsync(node.Address, CancellationToken.None));
        Assert.False(node.Identity.IsMember);
    }

    [Fact]
    public async Task A_member_renews_for_its_own_key_and_no_other()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var node = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await node.JoinAsync(await plane.InviteAsync("edge"));
        using var client = node.Client(); // its certificate is loaded; now another key lies in the folder
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/keys/verify")).StatusCode);
        File.Delete(Path.Combine(node.Folder, "node.key"));

        await Assert.ThrowsAsync<JoinRefusedException>(() => node.Calls.RenewAsync(node.Address, CancellationToken.None));
    }
}
