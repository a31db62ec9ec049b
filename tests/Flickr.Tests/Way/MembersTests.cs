using System.Net;
using System.Text.Json;
using Flickr.Tests.Client;

namespace Flickr.Tests.Way;

/// <summary>The whole system with members: every node has joined, and no key is shared between them.</summary>
[Trait("Requirement", "R116")]
public sealed class MembersTests
{
    [Fact]
    public async Task Nodes_that_joined_take_photos_in_serve_them_start_again_and_refuse_who_was_removed()
    {
        using var folder = new TemporaryFolder();
        using var client = new HttpClient();
        var photo = Photographs.Different("members");
        int portBase;
        string seen;
        await using (var first = await UpProcess.StartAsync(folder.At("data"), null, "--members"))
        {
            portBase = first.PortBase;
            using var alice = await Person.SignUpAsync(first);
            await alice.PublishAsync("nature", "a.jpg", photo);
            await alice.PublishAsync("nature", "b.jpg", Photographs.Different("members, not seen"));
            seen = await HdOfAsync(alice, 0);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(seen)).StatusCode);
            Assert.DoesNotContain(first.Errors, line => line.Contains("did not", StringComparison.Ordinal));
            Assert.Equal(0, await first.StopAsync());
        }
        await using var up = await UpProcess.StartAsync(folder.At("data"), portBase, "--members");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(seen)).StatusCode);
        var environment = new Dictionary<string, string>
        {
            ["FLICKR_CONTROL_PLANE"] = up.ControlPlane.ToString(),
            ["FLICKR_OPERATOR_KEY"] = up.Secret("operator"),
        };
        var nodes = await Run.CommandAsync(folder, environment, "nodes", "list", "--json");
        Assert.Equal((0, ""), (nodes.ExitCode, nodes.Error));
        using var list = JsonDocument.Parse(nodes.Out);
        var members = list.RootElement.GetProperty("nodes").EnumerateArray()
            .Select(node => $"{node.GetProperty("role")} {node.GetProperty("name")}").Order().ToList();
        Assert.Equal(["edge edge", "origin origin-1", "origin origin-2", "origin origin-3", "photos photos"], members);
        foreach (var index in (int[])[0, 1, 2])
        {
            // Without TLS the key is asked for, with TLS a certificate.
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri(up.Origin(index), "/x/y"))).StatusCode);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
                client.GetAsync($"https://127.0.0.1:{portBase + 13 + index}/x/y"));
        }

        var removed = await Run.CommandAsync(folder, environment, "nodes", "remove", "edge");
        using var bob = await Person.SignUpAsync(up);
        await bob.PublishAsync("nature", "c.jpg", Photographs.Different("members, after"));

        Assert.Equal(0, removed.ExitCode);
        var notCached = await client.GetAsync(await HdOfAsync(bob, 0));
        Assert.True((int)notCached.StatusCode >= 400, $"{notCached.StatusCode}: the origins let the removed edge in");
    }

    private static async Task<string> HdOfAsync(Person person, int index) =>
        (await person.PageAsync("nature")).GetProperty("items")[index].GetProperty("hd").GetProperty("url").GetString()!;
}

/// <summary>Measures; promises nothing.</summary>
public sealed class StartTimings
{
    [Theory(Explicit = true)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task From_the_process_to_ready(bool hasMembers)
    {
        var times = new List<double>();
        for (var turn = 0; turn < 5; turn++)
        {
            using var folder = new TemporaryFolder();
            await using var up = await UpProcess.StartAsync(folder.At("data"), null, hasMembers ? ["--members"] : []);
            times.Add(up.ReadySeconds);
        }
        times.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"members {hasMembers}: first start, median {times[2]:F2} s, all {string.Join(' ', times)}"));
    }
}
