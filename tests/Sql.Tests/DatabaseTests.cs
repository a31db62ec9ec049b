namespace Flickr.Sql.Tests;

public sealed class DatabaseTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task Fifty_concurrent_writers_lose_no_increment(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);
        var database = opened.Database;
        await database.WriteAsync(s => s.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('hits', 0)"));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => database.WriteAsync(
            s => s.ExecuteAsync("UPDATE counter SET value = value + 1 WHERE name = @name", new { name = "hits" }))));

        Assert.Equal(50, await database.ReadAsync(s => s.ScalarAsync<long>("SELECT value FROM counter")));
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_write_that_throws_leaves_nothing_behind(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);

        await Assert.ThrowsAsync<InvalidOperationException>(() => opened.Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('half', 1)");
            throw new InvalidOperationException("on purpose");
        }));

        Assert.Equal(0, await opened.Database.ReadAsync(s => s.ScalarAsync<long>("SELECT count(*) FROM counter")));
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_read_sees_one_snapshot_while_others_commit(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);
        var database = opened.Database;

        var (before, after) = await database.ReadAsync(async s =>
        {
            var first = await s.ScalarAsync<long>("SELECT count(*) FROM counter");
            await database.WriteAsync(w => w.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('new', 1)"));
            return (first, await s.ScalarAsync<long>("SELECT count(*) FROM counter"));
        });

        Assert.Equal(0, before);
        Assert.Equal(0, after);
        Assert.Equal(1, await database.ReadAsync(s => s.ScalarAsync<long>("SELECT count(*) FROM counter")));
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task Each_unit_of_work_is_reported_with_its_outcome(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);
        var calls = new List<DatabaseCall>();
        opened.Database.Called += calls.Add;

        await opened.Database.ReadAsync(s => s.ScalarAsync<long>("SELECT 1"));
        await Assert.ThrowsAnyAsync<Exception>(() => opened.Database.WriteAsync(s => s.ExecuteAsync("SELECT nonsense FROM nowhere")));

        Assert.Equal([(false, false), (true, true)], calls.Select(call => (call.IsWrite, call.Failed)));
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_record_binds_whether_there_are_rows_or_nulls_or_neither(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);
        const string Summary = "SELECT name AS Name, MAX(NULLIF(value, 0)) AS Most, COUNT(*) AS Rows FROM counter GROUP BY name ORDER BY name";
        Task<IReadOnlyList<CounterSummary>> Ask() => opened.Database.ReadAsync(s => s.QueryAsync<CounterSummary>(Summary));

        var none = await Ask();
        await opened.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('a', 0)"));
        var withNull = await Ask();
        await opened.Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('b', 7)"));
        var both = await Ask();

        Assert.Empty(none);
        Assert.Equal([new CounterSummary("a", null, 1)], withNull);
        Assert.Equal([new CounterSummary("a", null, 1), new CounterSummary("b", 7, 1)], both);
    }

    private sealed record CounterSummary(string Name, long? Most, long Rows);
}
