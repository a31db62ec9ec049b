using System.Data.Common;
using Dapper;

namespace Flickr.Sql;

/// <summary>
/// One open transaction. Statements use named parameters (<c>@owner</c>) and run unchanged on both engines; flags are
/// whole numbers 0 and 1, times Unix milliseconds, so that one record type binds on both. Not thread-safe: one unit
/// of work, one caller.
/// </summary>
public sealed class SqlSession
{
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly CancellationToken _cancellationToken;

    internal SqlSession(SqlEngine engine, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        Engine = engine;
        _connection = connection;
        _transaction = transaction;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Which engine runs this; for the few statements that differ.</summary>
    public SqlEngine Engine { get; }

    /// <summary>
    /// Ends a SELECT that claims rows for a worker: other workers skip what is claimed. Empty on SQLite, where a write
    /// transaction is alone anyway.
    /// </summary>
    public string ForUpdateSkipLocked => Engine == SqlEngine.PostgreSql ? " FOR UPDATE SKIP LOCKED" : "";

    /// <summary>All rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null) =>
        (await _connection.QueryAsync<T>(Command(sql, args))).AsList();

    /// <summary>The first row, or the type's default where there is none.</summary>
    public Task<T?> QueryFirstOrDefaultAsync<T>(string sql, object? args = null) =>
        _connection.QueryFirstOrDefaultAsync<T>(Command(sql, args));

    /// <summary>The first column of the first row, converted; the type's default where there is none.</summary>
    public Task<T?> ScalarAsync<T>(string sql, object? args = null) => _connection.ExecuteScalarAsync<T>(Command(sql, args));

    /// <summary>Runs a statement, or one per element when <paramref name="args"/> is a list. Returns the rows changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? args = null) => _connection.ExecuteAsync(Command(sql, args));

    private CommandDefinition Command(string sql, object? args) =>
        new(sql, args, _transaction, cancellationToken: _cancellationToken);
}
