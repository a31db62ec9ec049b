using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.ControlPlane.Members;
using Flickr.Listening;
using Flickr.Sql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.ControlPlane.Tests.Members;

/// <summary>How a node becomes a member, and who does not.</summary>
[Trait("Requirement", "R116")]
public sealed class JoinTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_node_with_a_token_joins_and_follows_by_its_certificate_alone(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync(engine);
        await using var node = new JoiningNode(plane.MemberAddress, "edge", "edge-1");

        await node.JoinAsync(await plane.InviteAsync("edge", "edge-1"));
        await using var edge = node.Follow();
        await edge.UntilAsync(status => status.IsSynchronised);
        var receipt = await plane.InvalidateAsync("owner", "alice", wait: 10_000, epoch: 3);

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        Assert.Equal("edge-1", receipt.GetProperty("edges")[0].GetProperty("id").GetString());
        Assert.Equal(3, edge.Horizon.OwnerEpochOf("alice"));
        Assert.Equal(4, edge.Stream.Bundle!.Keys.Count);
        var shown = (await plane.GetAsync("/v1/members")).GetProperty("nodes")[0];
        Assert.Equal("edge-1", shown.GetProperty("name").GetString());
        var life = node.Identity.Certificate!.NotAfter - node.Identity.Certificate.NotBefore;
        Assert.Equal(TimeSpan.FromHours(24), life - TimeSpan.FromMinutes(5));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task The_key_stays_on_the_node_readable_to_its_owner_alone_and_is_there_after_a_restart()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var node = new JoiningNode(plane.MemberAddress, "origin", "origin-1");
        await node.JoinAsync(await plane.InviteAsync("origin"));

        foreach (var file in Directory.GetFiles(node.Folder))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        await using var again = new JoiningNode(plane.MemberAddress, "origin", "origin-1", folder: node.Folder);

        Assert.True(again.Identity.IsMember);
        Assert.Equal(node.Identity.Certificate!.Thumbprint, again.Identity.Certificate!.Thumbprint);
        var database = await File.ReadAllBytesAsync(Path.Combine(plane.Folder, "cp.db"));
        using var key = node.Identity.OpenKey();
        Assert.Equal(-1, database.AsSpan().IndexOf(key.ExportParameters(true).D));
    }

    [Fact]
    public async Task Attack_30_a_join_token_used_twice_lets_nobody_in()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        var token = await plane.InviteAsync("edge");
        await using var first = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await using var thief = new JoiningNode(plane.MemberAddress, "edge", "edge-2");

        await first.JoinAsync(token);
        var refused = await Assert.ThrowsAsync<JoinRefusedException>(() => thief.JoinAsync(token));

        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        Assert.False(thief.Identity.IsMember);
    }

    [Fact]
    public async Task Of_twenty_that_use_one_token_at_once_one_gets_in()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync(SqlEngine.PostgreSql);
        var token = await plane.InviteAsync("edge");
        var nodes = Enumerable.Range(0, 20).Select(number =>
            new JoiningNode(plane.MemberAddress, "edge", $"edge-{number}")).ToList();

        await Task.WhenAll(nodes.Select(async node =>
        {
            try
            {
                await node.JoinAsync(token);
            }
            catch (JoinRefusedException)
            {
                Assert.False(node.Identity.IsMember);
            }
        }));

        Assert.Equal(1, nodes.Count(node => node.Identity.IsMember));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_token_past_its_end_for_another_role_or_name_or_with_another_secret_lets_nobody_in()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var plane = await StartedControlPlane.StartWithMembersAsync(services: services =>
            services.AddSingleton<TimeProvider>(time));
        var late = await plane.InviteAsync("edge");
        time.Advance(TimeSpan.FromMinutes(61));
        var fresh = await plane.InviteAsync("edge", "edge-1");
        await using var node = new JoiningNode(plane.MemberAddress, "edge", "edge-1", time);
        await using var other = new JoiningNode(plane.MemberAddress, "edge", "edge-2", time);
        await using var photos = new JoiningNode(plane.MemberAddress, "photos", "edge-1", time);

        await Assert.ThrowsAsync<JoinRefusedException>(() => node.JoinAsync(late));
        await Assert.ThrowsAsync<JoinRefusedException>(() => other.JoinAsync(fresh));
        await Assert.ThrowsAsync<JoinRefusedException>(() => photos.JoinAsync(fresh));
        await Assert.ThrowsAsync<JoinRefusedException>(() => node.JoinAsync(fresh[..^1] + (fresh[^1] == 'A' ? 'E' : 'A')));
        await node.JoinAsync(fresh); // none of these used it up

        Assert.True(node.Identity.IsMember);
    }

    [Fact]
    public async Task A_control_plane_that_is_not_the_tokens_never_sees_the_secret()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var impostor = await StartedControlPlane.StartWithMembersAsync();
        await using var node = new JoiningNode(impostor.MemberAddress, "edge", "edge-1");

        var refused = await Assert.ThrowsAsync<JoinRefusedException>(async () =>
            await node.JoinAsync(await plane.InviteAsync("edge")));

        Assert.Contains("authority", refused.Message, StringComparison.Ordinal);
        var seen = (await impostor.GetAsync("/v1/audit?limit=1000")).GetProperty("rows").EnumerateArray();
        Assert.DoesNotContain(seen, row => row.GetProperty("action").GetString() == "join");
    }

    [Fact]
    public async Task An_impostor_that_shows_the_right_authority_but_holds_another_key_never_sees_the_secret()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var impostor = await FalseAuthority.StartAsync(
            plane.Services.GetRequiredService<Authority>().Certificate.ExportCertificatePem());
        await using var node = new JoiningNode(impostor.Address, "edge", "edge-1");

        await Assert.ThrowsAsync<JoinRefusedException>(async () => await node.JoinAsync(await plane.InviteAsync("edge")));

        Assert.Equal(["/v1/members/authority"], impostor.Asked);
    }

    [Fact]
    public async Task Without_a_certificate_the_listener_for_members_answers_nothing_but_joining()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        using var plain = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        })
        { BaseAddress = new Uri(plane.MemberAddress) };
        plain.DefaultRequestHeaders.Authorization = new("Bearer", StartedControlPlane.OperatorKey);

        foreach (var path in (string[])["/v1/keys/verify", "/v1/keys/mint", "/v1/keys", "/v1/members",
            "/v1/members/removed", "/v1/stream?edge=e", "/v1/audit"])
        {
            using var answer = await plain.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("urn:flickr:problem:certificate-refused", (await answer.Content
                .ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        }
        using var invalidation = await plain.PostAsJsonAsync("/v1/invalidations", new { kind = "all" });
        Assert.Equal(HttpStatusCode.Unauthorized, invalidation.StatusCode);
    }

    [Fact]
    public async Task A_certificate_opens_what_its_role_may_and_under_its_own_name()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        await using var edge = new JoiningNode(plane.MemberAddress, "edge", "edge-1");
        await using var photos = new JoiningNode(plane.MemberAddress, "photos", "photos");
        await using var origin = new JoiningNode(plane.MemberAddress, "origin", "origin-1");
        foreach (var node in (JoiningNode[])[edge, photos, origin])
        {
            await node.JoinAsync(await plane.InviteAsync(node.Role, node.Name));
        }

        Assert.Equal("200 403 403 403 200", await AskAsync(edge));
        Assert.Equal("403 200 202 403 200", await AskAsync(photos));
        Assert.Equal("403 403 403 403 200", await AskAsync(origin));
        using var client = edge.Client();
        using var foreign = await client.GetAsync("/v1/stream?edge=edge-2");
        using var acknowledgement = await client.PostAsJsonAsync("/v1/edges/edge-2/ack",
            new { sequence = 0, keysVersion = 1, appliedMs = 0 });
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, acknowledgement.StatusCode);
    }

    [Fact]
    public async Task The_join_call_is_not_open_on_the_listener_without_TLS_and_shared_keys_still_work_there()
    {
        await using var plane = await StartedControlPlane.StartWithMembersAsync();
        using var client = plane.Client("");

        using var answer = await client.PostAsJsonAsync("/v1/members/join",
            new MemberCalls.JoinOrder("abcdefgh", "x", "edge", "edge-1", ""));
        var edge = await plane.FollowAsync("edge-2");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.True(edge.Stream.Status.IsSynchronised);
    }

    /// <summary>Verify keys, mint keys, an invalidation, the audit log, removals.</summary>
    private static async Task<string> AskAsync(JoiningNode node)
    {
        using var client = node.Client();
        var answers = new List<int>();
        foreach (var path in (string[])["/v1/keys/verify", "/v1/keys/mint", "POST", "/v1/audit", "/v1/members/removed"])
        {
            using var answer = path == "POST"
                ? await client.PostAsJsonAsync("/v1/invalidations", new { kind = "tag", value = "t" })
                : await client.GetAsync(path);
            answers.Add((int)answer.StatusCode);
        }
        return string.Join(' ', answers);
    }
}
