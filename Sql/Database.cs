using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Flickr.Sql;

/// <summary>
/// One data source over two engines. Every unit of work is a function over a <see cref="SqlSession"/>, so that it can be
/// run again when the engine asks for it; it must therefore have no effect outside the session. Thread-safe.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private const int AttemptsMax = 6;

    private readonly string _connectionString;
    private readonly NpgsqlDataSource? _postgres;
    private readonly SemaphoreSlim _sqliteWriter = new(1, 1);
    private readonly TimeProvider _time;

    static Database() => RowShape.Install();

    private Database(SqlEngine engine, string connectionString, TimeProvider time)
    {
        Engine = engine;
        _connectionString = connectionString;
        _postgres = engine == SqlEngine.PostgreSql ? NpgsqlDataSource.Create(connectionString) : null;
        _time = time;
    }

    /// <summary>Which engine the connection string named.</summary>
    public SqlEngine Engine { get; }

    /// <summary>Raised after each unit of work; handlers must be quick and must not throw.</summary>
    public event Action<DatabaseCall>? Called;

    /// <summary>
    /// <c>Data Source=/var/lib/flickr/photos.db</c> opens SQLite (its folder is made), <c>Host=…;Database=…</c> PostgreSQL.
    /// Nothing is connected yet.
    /// </summary>
    public static Database Open(string connectionString, TimeProvider time)
    {
        if (!connectionString.Contains("Data Source=", StringComparison.OrdinalIgnoreCase))
        {
            return new Database(SqlEngine.PostgreSql, connectionString, time);
        }
        var settings = new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = 30 };
        var folder = Path.GetDirectoryName(Path.GetFullPath(settings.DataSource));
        if (!string.IsNullOrEmpty(folder) && settings.Mode != SqliteOpenMode.Memory)
        {
            Directory.CreateDirectory(folder);
        }
        return new Database(SqlEngine.Sqlite, settings.ToString(), time);
    }

    /// <summary>Reads from one snapshot: what other transactions commit meanwhile is not seen.</summary>
    public Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken = default) =>
        RunAsync(isWrite: false, work, cancellationToken);

    /// <summary>
    /// One write transaction, committed when <paramref name="work"/> returns and rolled back when it throws. SQLite: one
    /// writer at a time, durable at commit (WAL, synchronous=FULL). PostgreSQL: read committed; serialisation failures
    /// and deadlocks run it again, at most five times.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken = default) =>
        RunAsync(isWrite: true, work, cancellationToken);

    /// <summary>As <see cref="WriteAsync{T}"/>, for work without a result.</summary>
    public Task WriteAsync(Func<SqlSession, Task> work, CancellationToken cancellationToken = default) =>
        RunAsync<bool>(isWrite: true, async session => { await work(session); return true; }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
        else
        {
            // The pool keeps file handles open; without this a test could not delete its folder.
            await using var connection = new SqliteConnection(_connectionString);
            SqliteConnection.ClearPool(connection);
        }
        _sqliteWriter.Dispose();
    }

    private async Task<T> RunAsync<T>(bool isWrite, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        var alone = isWrite && Engine == SqlEngine.Sqlite;
        if (alone)
        {
            await _sqliteWriter.WaitAsync(cancellationToken);
        }
        var retries = 0;
        var failed = true;
        var began = _time.GetTimestamp();
        try
        {
            while (true)
            {
                try
                {
                    var result = await AttemptAsync(isWrite, work, cancellationToken);
                    failed = false;
                    return result;
                }
                catch (DbException fault) when (fault.SqlState is "40001" or "40P01" && retries + 1 < AttemptsMax)
                {
                    retries++;
                    await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 << retries)), _time, cancellationToken);
                }
            }
        }
        finally
        {
            if (alone)
            {
                _sqliteWriter.Release();
            }
            Called?.Invoke(new DatabaseCall(
                isWrite, _time.GetElapsedTime(asked, began), _time.GetElapsedTime(began), retries, failed));
        }
    }

    private async Task<T> AttemptAsync<T>(bool isWrite, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: !isWrite)
            : await connection.BeginTransactionAsync(
                isWrite ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead, cancellationToken);
        var result = await work(new SqlSession(Engine, connection, transaction, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private async ValueTask<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_postgres is not null)
        {
            return await _postgres.OpenConnectionAsync(cancellationToken);
        }
        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var pragmas = connection.CreateCommand();
        // FULL: a commit that was answered survives a power cut, which NORMAL does not promise in WAL mode.
        pragmas.CommandText =
            "PRAGMA busy_timeout=30000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;";
        await pragmas.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }
}
