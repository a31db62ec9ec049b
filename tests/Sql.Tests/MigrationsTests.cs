namespace Flickr.Sql.Tests;

public sealed class MigrationsTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite, "sqlite")]
    [InlineData(SqlEngine.PostgreSql, "pg")]
    public async Task Files_are_applied_once_and_the_engine_gets_its_own(SqlEngine engine, string expected)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);

        var again = await Migrations.ApplyAsync(opened.Database, typeof(MigrationsTests).Assembly);

        Assert.Equal(0, again);
        Assert.Equal([expected], await opened.Database.ReadAsync(s => s.QueryAsync<string>("SELECT name FROM engine")));
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_file_that_changed_after_it_was_applied_is_refused(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);
        await opened.Database.WriteAsync(s => s.ExecuteAsync("UPDATE schema_migration SET sha256 = 'other' WHERE number = 1"));

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Migrations.ApplyAsync(opened.Database, typeof(MigrationsTests).Assembly));

        Assert.Contains("0001_counter", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task Several_processes_may_start_on_one_empty_database_together(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);
        await opened.Database.WriteAsync(s => s.ExecuteAsync("DROP TABLE schema_migration; DROP TABLE lease; DROP TABLE counter; DROP TABLE engine;"));

        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => Task.Run(() => Migrations.ApplyAsync(opened.Database, typeof(MigrationsTests).Assembly))));

        Assert.Equal(2, applied.Sum());
    }
}
