using System.Net;
using System.Text.Json;
using Flickr.Listening;
using Flickr.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.ControlPlane.Tests.Members;

/// <summary>A removed node is refused by everybody, at once, and what it knew is worth nothing.</summary>
[Trait("Requirement", "R116")]
public sealed class RemovalTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_removed_edge_loses_its_stream_its_calls_and_its_renewal_and_the_others_hear_of_it(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync(engine);
        await using var stays = new JoiningNode(plane.MemberAddress, "origin", "origin-1");
        await using var goes = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await using var other = new JoiningNode(plane.MemberAddress, "edge", "edge-2");
        await stays.StartAsync(await plane.InviteAsync("origin"));
        await goes.JoinAsync(await plane.InviteAsync("edge"));
        await other.JoinAsync(await plane.InviteAsync("edge"));
        await using var edge = goes.Follow();
        await using var second = other.Follow();
        await edge.UntilAsync(status => status.IsSynchronised);
        await second.UntilAsync(status => status.IsSynchronised);
        using var standing = goes.Client();
        Assert.Equal(HttpStatusCode.OK, (await standing.GetAsync("/v1/keys/verify")).StatusCode);

        var receipt = await plane.RemoveAsync("edge-1", wait: 10_000);

        Assert.Equal(HttpStatusCode.Unauthorized, (await standing.GetAsync("/v1/keys/verify")).StatusCode);
        await edge.UntilAsync(status => !status.IsConnected);
        await Assert.ThrowsAnyAsync<Exception>(() => goes.Calls.RenewAsync(goes.Address, CancellationToken.None));
        var named = goes.Identity.Certificate!;
        await Until.TrueAsync(() => Task.FromResult(stays.Identity.Judge(named) is null), "the origin refuses it");
        Assert.Equal("member", receipt.GetProperty("kind").GetString());
        Assert.Contains(receipt.GetProperty("edges").EnumerateArray(), row =>
            row.GetProperty("id").GetString() == "edge-2" && row.TryGetProperty("acknowledgedMs", out _));
        Assert.Equal(0, second.Horizon.Count); // it names no object: nothing of the cache dies of it
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_keys_that_a_removed_edge_knew_are_replaced_by_one_that_it_never_saw(bool isStolen)
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var goes = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await using var other = new JoiningNode(plane.MemberAddress, "edge", "edge-2");
        await goes.JoinAsync(await plane.InviteAsync("edge"));
        await other.JoinAsync(await plane.InviteAsync("edge"));
        await using var edge = goes.Follow();
        await using var second = other.Follow();
        await edge.UntilAsync(status => status.IsSynchronised);
        await second.UntilAsync(status => status.IsSynchronised);
        var known = edge.Stream.Bundle!.Keys.Select(key => key.Kid).ToHashSet(StringComparer.Ordinal);
        var before = await KeyTests.ActiveAsync(plane, "HS256");

        await plane.RemoveAsync("edge-1", isStolen: isStolen);
        // Where the old one was revoked at once, nothing of HS256 mints until the edge that stays has the next one.
        await Until.TrueAsync(async () => (await plane.GetAsync("/v1/keys")).GetProperty("keys").EnumerateArray().Any(
            key => key.GetProperty("algorithm").GetString() == "HS256" && key.GetProperty("state").GetString() == "active"
                && !known.Contains(key.GetProperty("kid").GetString()!)), "a key that it never saw mints");

        var keys = (await plane.GetAsync("/v1/keys")).GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(isStolen ? "compromised" : "retiring", StateOf(keys, before));
        Assert.DoesNotContain(keys, key => key.GetProperty("algorithm").GetString() == "HS256"
            && (key.GetProperty("state").GetString() is "active" or "prePublished")
            && known.Contains(key.GetProperty("kid").GetString()!));
        // ES256 is public on edges: nothing to replace.
        Assert.Contains(keys, key => key.GetProperty("algorithm").GetString() == "ES256"
            && key.GetProperty("state").GetString() == "active" && known.Contains(key.GetProperty("kid").GetString()!));
    }

    [Fact]
    public async Task What_a_removed_photo_service_could_mint_with_is_replaced_in_both_algorithms()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var photos = new JoiningNode(plane.MemberAddress, "photos", "photos");
        await photos.JoinAsync(await plane.InviteAsync("photos"));
        var (es, hs) = (await KeyTests.ActiveAsync(plane, "ES256"), await KeyTests.ActiveAsync(plane, "HS256"));

        await plane.RemoveAsync("photos", isStolen: true);

        Assert.NotEqual(es, await KeyTests.ActiveAsync(plane, "ES256"));
        Assert.NotEqual(hs, await KeyTests.ActiveAsync(plane, "HS256"));
    }

    [Fact]
    public async Task The_other_control_plane_on_the_database_refuses_a_removed_member_too_and_after_a_restart()
    {
        await using var one = await StartedControlPlane.StartWithMembersAsync(SqlEngine.PostgreSql);
        var two = await StartedControlPlane.StartWithMembersAsync(one.Folder, one.Database);
        await using var node = new JoiningNode(two.MemberAddress, "edge", "edge-1");
        await node.JoinAsync(await one.InviteAsync("edge")); // either issues for the one authority
        var certificate = node.Identity.Certificate!;
        Assert.NotNull(two.Services.GetRequiredService<NodeIdentity>().Judge(certificate));

        await one.RemoveAsync("edge-1");

        await Until.TrueAsync(() => Task.FromResult(
            two.Services.GetRequiredService<NodeIdentity>().Judge(certificate) is null), "the other one has heard");
        await two.StopAsync();
        await using var again = await StartedControlPlane.StartWithMembersAsync(one.Folder, one.Database);
        Assert.Null(again.Services.GetRequiredService<NodeIdentity>().Judge(certificate));
    }

    [Fact]
    public async Task Whoever_was_removed_is_refused_by_a_node_that_starts_while_the_control_plane_is_away()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var goes = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await using var stays = new JoiningNode(plane.MemberAddress, "origin", "origin-1");
        await goes.JoinAsync(await plane.InviteAsync("edge"));
        await stays.StartAsync(await plane.InviteAsync("origin"));
        await plane.RemoveAsync("edge-1");

        // The list is in memory first and on disk right after: every new opening stands for a restart.
        await Until.TrueAsync(() =>
        {
            using var again = NodeIdentity.Open(stays.Folder, TimeProvider.System);
            return Task.FromResult(again.Judge(goes.Identity.Certificate) is null);
        }, "a node that starts without asking anyone refuses it");
    }

    [Fact]
    public async Task A_name_is_free_again_after_the_removal_and_the_new_holder_is_let_in()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var first = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await using var second = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await first.JoinAsync(await plane.InviteAsync("edge"));
        var token = await plane.InviteAsync("edge");

        var taken = await Assert.ThrowsAsync<JoinRefusedException>(() => second.JoinAsync(token));
        await plane.RemoveAsync("edge-1");
        await second.JoinAsync(token);

        Assert.Contains("409", taken.Message, StringComparison.Ordinal);
        using var client = second.Client();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/keys/verify")).StatusCode);
        using var unknown = await plane.Client().DeleteAsync("/v1/members/nobody");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private static string StateOf(List<JsonElement> keys, string kid) =>
        keys.Single(key => key.GetProperty("kid").GetString() == kid).GetProperty("state").GetString()!;
}
