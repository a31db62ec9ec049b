using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Fleet.Invalidations;

namespace Flickr.ControlPlane.Tests;

/// <summary>After an old copy of the database was restored.</summary>
[Trait("Requirement", "R111")]
public sealed class HealTests
{
    [Fact]
    public async Task Edges_that_refuse_a_restored_log_follow_it_once_it_is_healed_and_nothing_of_before_is_believed()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var (ahead, behind) = (NewFolder(), NewFolder());
        await plane.InvalidateAsync("tag", "a");
        var late = await plane.FollowAsync("edge-2", folder: behind);
        await late.UntilAsync(status => status.Sequence == 1);
        await late.DisposeAsync(); // it stays at 1: it lacks what the copy has and what the copy lost
        await plane.InvalidateAsync("tag", "b");
        var copy = Path.Combine(plane.Folder, "copy.db");
        await StreamTests.CopyAsync(plane.Folder, copy);
        var edge = await plane.FollowAsync("edge-1", folder: ahead);
        for (var tag = 0; tag < 5; tag++)
        {
            await plane.InvalidateAsync("owner", "alice", epoch: tag + 1, wait: 10_000);
        }
        await edge.UntilAsync(status => status.Sequence == 7);
        var keysBefore = edge.Stream.Bundle!.Keys.Select(key => key.Kid).ToList();
        await edge.DisposeAsync();
        await plane.StopAsync();
        await using var restored = await StartedControlPlane.StartAsync(plane.Folder, $"Data Source={copy}", ownsFolder: false);
        var first = FollowingEdge.Start("edge-1", [restored.Address], StartedControlPlane.EdgeKey, ahead);
        var second = FollowingEdge.Start("edge-2", [restored.Address], StartedControlPlane.EdgeKey, behind);
        await first.UntilAsync(status => status.Problem?.Contains("old copy", StringComparison.Ordinal) == true);

        using var client = restored.Client();
        using var answer = await client.PostAsync("/v1/log/heal", null);
        var healed = await answer.Content.ReadFromJsonAsync<JsonElement>();
        await first.UntilAsync(status => status.IsSynchronised && status.Sequence >= healed.GetProperty("sequence").GetInt64());
        await second.UntilAsync(status => status.IsSynchronised && status.Sequence >= healed.GetProperty("sequence").GetInt64());

        Assert.True(healed.GetProperty("sequence").GetInt64() > 7);
        foreach (var follower in (FollowingEdge[])[first, second])
        {
            Assert.Equal(healed.GetProperty("term").GetInt64(), follower.Stream.Status.Term);
            // Bytes of any time before are dead, and no token of before opens anything: the copy may have lost why.
            Assert.Equal(Coverage.Hard, follower.Horizon.Judge(new ObjectFacts("h", "/a", [], null, 0, false), 7));
            await follower.UntilAsync(_ => follower.Stream.Bundle!.Keys is { Count: > 0 } keys
                && !keys.Any(key => keysBefore.Contains(key.Kid)));
        }
        Assert.Equal(5, first.Horizon.OwnerEpochOf("alice")); // what the edge knew it still knows
        var confirmed = await restored.InvalidateAsync("tag", "c", wait: 10_000);
        Assert.Equal("confirmed", confirmed.GetProperty("state").GetString());
        await first.DisposeAsync();
        await second.DisposeAsync();
        Directory.Delete(ahead, recursive: true);
        Directory.Delete(behind, recursive: true);
    }

    [Fact]
    public async Task A_healing_can_be_told_of_edges_that_have_not_shown_themselves()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client();

        using var answer = await client.PostAsync("/v1/log/heal?term=50&sequence=900", null);
        var healed = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal((51, 901), (healed.GetProperty("term").GetInt64(), healed.GetProperty("sequence").GetInt64()));
        using var service = plane.Client(StartedControlPlane.ServiceKey);
        Assert.Equal(403, (int)(await service.PostAsync("/v1/log/heal", null)).StatusCode);
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("flickr-edge").FullName;
}
