using System.Collections.Concurrent;
using Flickr.ControlPlane.Log;
using Flickr.Fleet.Invalidations;
using Flickr.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.ControlPlane.Tests;

/// <summary>Several writers, and several control planes, on one log.</summary>
[Trait("Requirement", "R111")]
public sealed class SharedLogTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task Numbers_are_given_in_commit_order_and_what_is_rolled_back_leaves_no_gap(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        var database = plane.Services.GetRequiredService<Database>();
        var log = plane.Services.GetRequiredService<InvalidationLog>();
        using var done = new CancellationTokenSource();
        var watching = Task.Run(() => WatchAsync(database, done.Token)); // SQLite answers without yielding

        await Parallel.ForEachAsync(Enumerable.Range(0, 120),
            new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (turn, cancel) =>
        {
            Task AppendAsync(bool rollBack) => database.WriteAsync(async session =>
            {
                await log.AppendAsync(session, new InvalidationRequest("tag", $"t{turn}"), "test");
                ObjectDisposedException.ThrowIf(rollBack, log);
            }, cancel);
            if (turn % 4 == 0)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => AppendAsync(rollBack: true));
                return;
            }
            await AppendAsync(rollBack: false);
        });
        await done.CancelAsync();

        var seen = await watching;
        Assert.Equal(Enumerable.Range(1, 90).Select(number => (long)number), seen);
    }

    [Fact]
    public async Task An_append_through_one_control_plane_reaches_the_edges_of_the_other()
    {
        await using var one = await StartedControlPlane.StartAsync(SqlEngine.PostgreSql);
        await using var two = await StartedControlPlane.StartAsync(one.Folder, one.Database,
            ownsFolder: false);
        var first = await one.FollowAsync("edge-1");
        var second = await two.FollowAsync("edge-2");

        var receipt = await one.InvalidateAsync("owner", "alice", wait: 10_000, epoch: 5);

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        Assert.Equal(2, receipt.GetProperty("edges").GetArrayLength());
        Assert.Equal(5, first.Horizon.OwnerEpochOf("alice"));
        Assert.Equal(5, second.Horizon.OwnerEpochOf("alice"));
        Assert.Equal(
            (await one.GetAsync("/v1/keys")).GetProperty("version").GetInt64(),
            (await two.GetAsync("/v1/keys")).GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task One_of_two_control_planes_dies_during_fifty_invalidations_and_none_is_lost_or_out_of_order()
    {
        await using var one = await StartedControlPlane.StartAsync(SqlEngine.PostgreSql);
        await using var two = await StartedControlPlane.StartAsync(one.Folder, one.Database,
            ownsFolder: false);
        await using var toOne = new CuttableProxy(one.Address);
        var edges = new[]
        {
            await one.FollowAsync("edge-1", addresses: [toOne.Address, two.Address]),
            await one.FollowAsync("edge-2", addresses: [two.Address, toOne.Address]),
        };
        var applied = edges.Select(_ => new ConcurrentQueue<long>()).ToArray();
        for (var index = 0; index < edges.Length; index++)
        {
            var queue = applied[index];
            edges[index].Stream.Applied += entries =>
            {
                foreach (var entry in entries)
                {
                    queue.Enqueue(entry.Sequence);
                }
            };
        }
        var promised = new Dictionary<string, long>();
        for (var turn = 0; turn < 50; turn++)
        {
            if (turn == 20)
            {
                toOne.Cut();
                await one.StopAsync();
            }
            var plane = turn % 2 == 0 && turn < 20 ? one : two;
            var answer = await plane.InvalidateAsync("tag", $"t{turn}");
            promised[$"t{turn}"] = answer.GetProperty("sequence").GetInt64();
        }
        foreach (var edge in edges)
        {
            await edge.UntilAsync(status => status.Sequence == 50);
        }

        foreach (var queue in applied)
        {
            Assert.Equal(Enumerable.Range(1, 50).Select(number => (long)number), queue);
        }
        foreach (var (tag, sequence) in promised)
        {
            Assert.All(edges, edge => Assert.Equal(Coverage.Hard,
                edge.Horizon.Judge(new ObjectFacts("h", "/a", [tag], null, 0, false), sequence - 1)));
        }
    }

    [Fact]
    public async Task A_control_plane_that_lost_its_database_falls_silent_instead_of_vouching()
    {
        var plane = await StartedControlPlane.StartAsync();
        var edge = await plane.FollowAsync("edge-1");
        await plane.Services.GetRequiredService<Database>().WriteAsync(
            session => session.ExecuteAsync("ALTER TABLE log_state RENAME TO log_state_gone"));
        using var http = new HttpClient();

        await Until.TrueAsync(async () => (await http.GetStringAsync($"{plane.AdminAddress}/metrics"))
            .Contains("heartbeats_missed_total 2", StringComparison.Ordinal), "heartbeats are missed");
        await Until.TrueAsync(() =>
            Task.FromResult(edge.Stream.Status.SinceHeartbeat > TimeSpan.FromSeconds(2)),
            "the edge knows that nobody vouches");

        using var ready = await http.GetAsync($"{plane.AdminAddress}/readyz");
        await plane.Services.GetRequiredService<Database>().WriteAsync(
            session => session.ExecuteAsync("ALTER TABLE log_state_gone RENAME TO log_state"));
        await edge.UntilAsync(status => status.SinceHeartbeat < TimeSpan.FromSeconds(2));
        await plane.DisposeAsync();
    }

    /// <summary>
    /// What a reader sees that follows the log by its last number: anything that commits behind it would be
    /// missed.
    /// </summary>
    private static async Task<List<long>> WatchAsync(Database database, CancellationToken done)
    {
        var seen = new List<long>();
        var isLast = false;
        while (!isLast)
        {
            isLast = done.IsCancellationRequested;
            var after = seen.Count == 0 ? 0 : seen[^1];
            seen.AddRange((await database.ReadAsync(session =>
                InvalidationLog.AfterAsync(session, after, 1000), CancellationToken.None))
                .Select(entry => entry.Sequence));
        }
        return seen;
    }
}
