using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Flickr.Sql;

namespace Flickr.Move;

/// <summary>A table after its move.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Rows">Rows that were moved.</param>
/// <param name="Hash">SHA-256 over all of them, the same on both sides.</param>
internal sealed record MovedTable(string Table, long Rows, string Hash);

/// <summary>
/// Moves every row of a SQLite database to an empty PostgreSQL one whose schema is there already, in one transaction, and reads
/// both back: the same rows with the same hash, or nothing is kept. Only TEXT and whole numbers exist in our schemas.
/// <c>fresh</c> is a new SQLite database with the same schema and nothing else. Tables that differ between the engines are indexes that the program builds again, and are left out.
/// </summary>
internal sealed class TableMove(Database from, Database to, Database fresh)
{
    private const int BatchRows = 500;

    /// <summary>Left out: the search index (built again by Photos), and what Migrations keeps itself.</summary>
    private static readonly string[] LeftOut = ["photo_search", "schema_migration", "lease"];

    /// <summary>Moves and checks all tables.</summary>
    /// <exception cref="InvalidOperationException">The target is not empty, or what arrived is not what was sent.</exception>
    public Task<IReadOnlyList<MovedTable>> RunAsync(CancellationToken cancellationToken) =>
        from.ReadAsync(source => to.WriteAsync(async target =>
        {
            var tables = await TablesAsync(source);
            var moved = new List<MovedTable>();
            foreach (var table in tables)
            {
                // Migrations put first rows into some tables; more than those is somebody's data.
                var first = await fresh.ReadAsync(session => session.ScalarAsync<long>($"SELECT COUNT(*) FROM {table}"), cancellationToken);
                if (await target.ScalarAsync<long>($"SELECT COUNT(*) FROM {table}") > first)
                {
                    throw new InvalidOperationException($"the target is not empty: {table} has rows");
                }
            }
            // The first rows come with the move, as they are by now.
            foreach (var table in tables.Reverse())
            {
                await target.ExecuteAsync($"DELETE FROM {table}");
            }
            foreach (var table in tables)
            {
                var columns = await ColumnsAsync(source, table);
                await CopyAsync(source, target, table, columns);
                var (sent, arrived) = (await HashAsync(source, table, columns), await HashAsync(target, table, columns));
                if (sent != arrived)
                {
                    throw new InvalidOperationException($"{table}: {arrived.Rows} rows arrived, other than the {sent.Rows} sent");
                }
                moved.Add(new MovedTable(table, sent.Rows, sent.Hash));
            }
            return (IReadOnlyList<MovedTable>)moved;
        }, cancellationToken), cancellationToken);

    /// <summary>The tables, each after those it refers to.</summary>
    private static async Task<IReadOnlyList<string>> TablesAsync(SqlSession source)
    {
        var names = (await source.QueryAsync<string>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND "
            + "name NOT LIKE 'photo\\_words%' ESCAPE '\\' ORDER BY name")).Except(LeftOut).ToList();
        var ordered = new List<string>();
        while (names.Count > 0)
        {
            var free = new List<string>();
            foreach (var name in names)
            {
                var refers = await source.QueryAsync<string>($"SELECT DISTINCT \"table\" FROM pragma_foreign_key_list('{name}')");
                if (refers.All(other => other == name || ordered.Contains(other)))
                {
                    free.Add(name);
                }
            }
            ordered.AddRange(free);
            if (names.RemoveAll(free.Contains) == 0)
            {
                throw new InvalidOperationException("tables refer to each other in a circle: " + string.Join(", ", names));
            }
        }
        return ordered;
    }

    private static async Task<IReadOnlyList<string>> ColumnsAsync(SqlSession source, string table) =>
        await source.QueryAsync<string>($"SELECT name FROM pragma_table_info('{table}') ORDER BY cid");

    private static async Task CopyAsync(SqlSession source, SqlSession target, string table, IReadOnlyList<string> columns)
    {
        var insert = $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(c => "@" + c))})";
        for (long after = 0; ; )
        {
            var rows = await source.QueryAsync<dynamic>(
                $"SELECT rowid AS moved_rowid, {string.Join(", ", columns)} FROM {table} WHERE rowid > @after ORDER BY rowid LIMIT {BatchRows}",
                new { after });
            if (rows.Count == 0)
            {
                return;
            }
            after = (long)((IDictionary<string, object>)rows[^1])["moved_rowid"];
            await target.ExecuteAsync(insert, rows.Select(row => (object)row).ToList());
        }
    }

    /// <summary>Rows, and the hash of the sorted hashes of each row's values with their lengths.</summary>
    private static async Task<(long Rows, string Hash)> HashAsync(SqlSession session, string table, IReadOnlyList<string> columns)
    {
        var hashes = new List<string>();
        foreach (IDictionary<string, object?> row in await session.QueryAsync<dynamic>(
            $"SELECT {string.Join(", ", columns)} FROM {table}"))
        {
            var text = new StringBuilder();
            foreach (var column in columns)
            {
                var value = row[column] is { } there ? Convert.ToString(there, CultureInfo.InvariantCulture) : null;
                text.Append(value is null ? "-" : $"{value.Length}:{value}").Append(';');
            }
            hashes.Add(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))));
        }
        hashes.Sort(StringComparer.Ordinal);
        return (hashes.Count, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(hashes)))));
    }
}
