using Flickr.ControlPlane.Log;
using Flickr.Fleet.Invalidations;
using Flickr.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.ControlPlane.Tests;

public sealed class StreamTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    [Trait("Requirement", "R111")]
    public async Task An_edge_whose_stream_was_cut_goes_on_where_it_was(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        await using var proxy = new CuttableProxy(plane.Address);
        var edge = await plane.FollowAsync("edge-1", addresses: proxy.Address);
        var applied = new List<long>();
        edge.Stream.Applied += entries => applied.AddRange(entries.Select(entry => entry.Sequence));

        await plane.InvalidateAsync("tag", "t1", wait: 10_000);
        proxy.Cut();
        await edge.UntilAsync(status => !status.IsConnected);
        for (var tag = 2; tag <= 5; tag++)
        {
            await plane.InvalidateAsync("tag", $"t{tag}");
        }
        proxy.Mend();
        await edge.UntilAsync(status => status.Sequence == 5);

        Assert.Equal([1, 2, 3, 4, 5], applied);
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task An_edge_behind_the_logs_end_takes_a_snapshot_and_misses_nothing(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine, new()
        {
            ["ControlPlane:Log:RowsMax"] = "100",
            ["ControlPlane:Log:RecentMax"] = "16",
            ["ControlPlane:Stream:SnapshotPart"] = "7",
        });
        var folder = Directory.CreateTempSubdirectory("flickr-edge").FullName;
        await plane.InvalidateAsync("owner", "alice", epoch: 7);
        await plane.InvalidateAsync("url", "/early/bird.png");
        var early = await plane.FollowAsync("edge-1", folder: folder);
        await early.UntilAsync(status => status.Sequence == 2);
        await early.DisposeAsync();
        await AppendManyAsync(plane, 150);

        await plane.Services.GetRequiredService<LogCompaction>().RunAsync(CancellationToken.None);
        var late = await plane.FollowAsync("edge-1", folder: folder);
        var fresh = await plane.FollowAsync("edge-2");

        foreach (var edge in (FollowingEdge[])[late, fresh])
        {
            await edge.UntilAsync(status => status.Sequence == 152);
            Assert.Equal(7, edge.Horizon.OwnerEpochOf("alice"));
            Assert.Equal(Coverage.Hard, edge.Horizon.Judge(Facts("/early/bird.png"), 1));
            Assert.Equal(Coverage.Hard, edge.Horizon.Judge(Facts("/x", "t3"), 2));
            Assert.Equal(Coverage.None, edge.Horizon.Judge(Facts("/x", "other"), 2));
        }
        await late.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_is_forgotten_by_the_snapshot_is_covered_by_its_floor()
    {
        await using var plane = await StartedControlPlane.StartAsync(settings: new()
        {
            ["ControlPlane:Log:RowsMax"] = "100",
            ["ControlPlane:Log:InForceMax"] = "100",
            ["ControlPlane:Keys:TokenLifetimeMax"] = "00:01:00",
        });
        await AppendManyAsync(plane, 150);
        var database = plane.Services.GetRequiredService<Database>();
        await database.WriteAsync(session =>
            session.ExecuteAsync("UPDATE in_force SET at_ms = at_ms - 120000"));

        await plane.Services.GetRequiredService<LogCompaction>().RunAsync(CancellationToken.None);
        var edge = await plane.FollowAsync("edge-1");

        Assert.Equal(Coverage.Hard, edge.Horizon.Judge(Facts("/x", "t3"), 2)); // t3 is no longer named
        Assert.Equal(Coverage.Hard, edge.Horizon.Judge(Facts("/x", "other"), 49));
        Assert.Equal(Coverage.None, edge.Horizon.Judge(Facts("/x", "other"), 50));
        Assert.Equal(Coverage.Hard, edge.Horizon.Judge(Facts("/x", "t149"), 148));
    }

    [Fact]
    public async Task An_edge_without_the_edge_key_gets_nothing()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        await using var edge = FollowingEdge.Start("edge-1", [plane.Address], "a wrong key");

        await edge.UntilAsync(status => status.Problem?.Contains("401", StringComparison.Ordinal) == true);

        Assert.False(edge.Stream.Status.IsSynchronised);
        Assert.False(edge.Stream.IsFreshFor(isPrivate: true, DateTimeOffset.UtcNow));
        Assert.Null(edge.Stream.Bundle);
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_restarted_control_plane_goes_on_with_the_next_term(SqlEngine engine)
    {
        await using var first = await StartedControlPlane.StartAsync(engine);
        await using var proxy = new CuttableProxy(first.Address);
        var edge = await first.FollowAsync("edge-1", addresses: proxy.Address);
        await first.InvalidateAsync("tag", "a", wait: 10_000);
        var term = edge.Stream.Status.Term;
        await first.StopAsync();

        await using var second = await StartedControlPlane.StartAsync(first.Folder, first.Database,
            ownsFolder: false);
        await using var other = new CuttableProxy(second.Address);
        await using var again = FollowingEdge.Start("edge-2", [second.Address], StartedControlPlane.EdgeKey);
        await again.UntilAsync(status => status.IsSynchronised);
        var answer = await second.InvalidateAsync("tag", "b");

        Assert.Equal(2, answer.GetProperty("sequence").GetInt64());
        Assert.Equal(term + 1, again.Stream.Status.Term);
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task Attack_31_a_control_plane_restored_from_an_old_copy_is_refused_even_when_its_log_has_grown_past()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var folder = Directory.CreateTempSubdirectory("flickr-edge").FullName;
        await plane.InvalidateAsync("tag", "a");
        var copy = Path.Combine(plane.Folder, "copy.db");
        await plane.Services.GetRequiredService<Database>().ReadAsync(session =>
            session.ScalarAsync<long>("SELECT 1"));
        await CopyAsync(plane.Folder, copy);
        var edge = await plane.FollowAsync("edge-1", folder: folder);
        for (var tag = 0; tag < 5; tag++)
        {
            await plane.InvalidateAsync("tag", $"lost-{tag}", wait: 10_000);
        }
        await edge.UntilAsync(status => status.Sequence == 6);
        await edge.DisposeAsync();
        await plane.StopAsync();

        await using var restored = await StartedControlPlane.StartAsync(
            plane.Folder, $"Data Source={copy}", ownsFolder: false);
        for (var tag = 0; tag < 20; tag++)
        {
            await restored.InvalidateAsync("tag", $"new-{tag}");
        }
        await using var after = FollowingEdge.Start("edge-1", [restored.Address],
            StartedControlPlane.EdgeKey, folder);
        await after.UntilAsync(status =>
            status.Problem?.Contains("old copy", StringComparison.Ordinal) == true);

        Assert.Equal(6, after.Horizon.Sequence);
        Assert.False(after.Stream.IsFreshFor(isPrivate: true, DateTimeOffset.UtcNow));
        await after.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("/v1/stream?edge=")]
    [InlineData("/v1/stream?edge=a/b")]
    [InlineData("/v1/stream?edge=a&after=-1")]
    [InlineData("/v1/stream?edge=a&address=not-an-address")]
    [InlineData("/v1/stream")]
    public async Task A_stream_without_a_proper_name_is_refused(string path)
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client(StartedControlPlane.EdgeKey);

        using var response = await client.GetAsync(path);

        Assert.Equal(400, (int)response.StatusCode);
    }

    private static async Task AppendManyAsync(StartedControlPlane plane, int count)
    {
        var log = plane.Services.GetRequiredService<InvalidationLog>();
        var database = plane.Services.GetRequiredService<Database>();
        await database.WriteAsync(async session =>
        {
            for (var tag = 0; tag < count; tag++)
            {
                await log.AppendAsync(session, new InvalidationRequest("tag", $"t{tag}"), "test");
            }
        });
        plane.Services.GetRequiredService<LogSignals>().Signal();
    }

    /// <summary>A consistent copy of a running SQLite database, as a backup makes it.</summary>
    internal static async Task CopyAsync(string folder, string copy)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder}/cp.db;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"VACUUM INTO '{copy}'";
        await command.ExecuteNonQueryAsync();
    }

    private static ObjectFacts Facts(string path, params string[] tags) =>
        new("h", path, [.. tags], null, 0, IsPrivate: true);
}
