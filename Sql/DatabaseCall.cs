namespace Flickr.Sql;

/// <summary>What one unit of work cost, for metrics.</summary>
/// <param name="IsWrite">A write transaction, not a read.</param>
/// <param name="Waited">Time before the work could begin: a free connection and, on SQLite, the one writer's turn.</param>
/// <param name="Ran">Time from begin to commit or rollback.</param>
/// <param name="Retries">How often the engine asked to run it again (serialisation failure, deadlock).</param>
/// <param name="Failed">It ended in an exception.</param>
public readonly record struct DatabaseCall(bool IsWrite, TimeSpan Waited, TimeSpan Ran, int Retries, bool Failed);
