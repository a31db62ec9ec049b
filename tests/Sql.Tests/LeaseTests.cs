using Microsoft.Extensions.Time.Testing;

namespace Flickr.Sql.Tests;

public sealed class LeaseTests
{
    private static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_lease_is_one_owners_until_it_runs_out_and_the_fence_grows(SqlEngine engine)
    {
        var time = new FakeTimeProvider();
        await using var opened = await OpenedDatabase.OpenAsync(engine, time);
        Task<Lease?> Take(string owner) => opened.Database.WriteAsync(s => Lease.TryTakeAsync(s, "appender", owner, TenSeconds, time));

        var first = await Take("a");
        var refused = await Take("b");
        time.Advance(TimeSpan.FromSeconds(5));
        var renewed = await Take("a");
        time.Advance(TimeSpan.FromSeconds(9));
        var stillRefused = await Take("b");
        time.Advance(TimeSpan.FromSeconds(1));
        var second = await Take("b");

        Assert.Equal(1, first?.Fence);
        Assert.Null(refused);
        Assert.Equal(1, renewed?.Fence);
        Assert.Null(stillRefused);
        Assert.Equal(2, second?.Fence);
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_lease_given_back_is_free_at_once_but_a_late_owner_cannot_give_back_anothers(SqlEngine engine)
    {
        var time = new FakeTimeProvider();
        await using var opened = await OpenedDatabase.OpenAsync(engine, time);
        Task<Lease?> Take(string owner) => opened.Database.WriteAsync(s => Lease.TryTakeAsync(s, "appender", owner, TenSeconds, time));

        var first = await Take("a");
        await opened.Database.WriteAsync(first!.ReleaseAsync);
        var second = await Take("b");
        await opened.Database.WriteAsync(first.ReleaseAsync);

        Assert.Equal(2, second?.Fence);
        Assert.Null(await Take("a"));
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task Of_many_that_ask_at_once_one_gets_it(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => opened.Database.WriteAsync(
            s => Lease.TryTakeAsync(s, "appender", $"owner{i}", TenSeconds, TimeProvider.System))));

        Assert.Single(taken, lease => lease is not null);
    }
}
