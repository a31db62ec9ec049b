namespace Flickr.Sql.Tests;

public sealed class RowShapeTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_record_takes_computed_columns_whether_there_are_rows_nulls_or_values(SqlEngine engine)
    {
        await using var opened = await OpenedDatabase.OpenAsync(engine);
        var database = opened.Database;
        const string Rows = """
            SELECT name AS Name, (SELECT COUNT(*) FROM counter o WHERE o.value < c.value) AS Below,
                (SELECT MAX(o.name) FROM counter o WHERE o.value < c.value) AS Last
            FROM counter c ORDER BY value
            """;

        var none = await database.ReadAsync(s => s.QueryAsync<Row>(Rows));
        var missing = await database.ReadAsync(s => s.QueryFirstOrDefaultAsync<Row>(Rows));
        await database.WriteAsync(s => s.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('one', 1)"));
        var nulls = await database.ReadAsync(s => s.QueryAsync<Row>(Rows));
        await database.WriteAsync(s => s.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('two', 2)"));
        var values = await database.ReadAsync(s => s.QueryAsync<Row>(Rows));

        Assert.Empty(none);
        Assert.Null(missing);
        Assert.Equal([new Row("one", 0, null)], nulls);
        Assert.Equal([new Row("one", 0, null), new Row("two", 1, "one")], values);
    }

    private sealed record Row(string Name, long Below, string? Last);
}
