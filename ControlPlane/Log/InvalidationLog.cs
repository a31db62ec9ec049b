using Flickr.ControlPlane.Audit;
using Flickr.Fleet.Streaming;
using Flickr.Sql;

namespace Flickr.ControlPlane.Log;

/// <summary>
/// The one numbered log, in SQL. Numbers are given out in commit order, by whichever control plane appends,
/// because each
/// takes its number by updating one row that stays locked until it commits.
/// </summary>
internal sealed class InvalidationLog(Database database, AuditLog audit, TimeProvider time)
{
    private const string Columns = "sequence, receipt, at_ms AS AtMs, kind, value, soft, owner, epoch, reason, actor";

    /// <summary>Appends in the caller's transaction.</summary>
    public async Task<LogEntry> AppendAsync(SqlSession session, InvalidationRequest request, string actor)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // Times never go back either, so that the last row of a tag also has its latest time.
        var given = await session.QueryFirstOrDefaultAsync<GivenNumber>(
            """
            UPDATE log_state SET head = head + 1, last_ms = CASE WHEN last_ms > @now THEN last_ms ELSE @now END
            WHERE id = 1 RETURNING head AS Sequence, last_ms AS AtMs
            """,
            new { now });
        var entry = new LogEntry
        {
            Sequence = given!.Sequence,
            Receipt = SortableId.New(given.AtMs),
            AtMs = given.AtMs,
            Kind = request.Kind!,
            Value = request.Value ?? "",
            Soft = request.Soft ? 1 : 0,
            Owner = request.Owner,
            Epoch = request.Epoch,
            Reason = request.Reason,
            Actor = actor,
        };
        await session.ExecuteAsync(
            """
            INSERT INTO invalidation (sequence, receipt, at_ms, kind, value, soft, owner, epoch, reason, actor)
            VALUES (@Sequence, @Receipt, @AtMs, @Kind, @Value, @Soft, @Owner, @Epoch, @Reason, @Actor)
            """, entry);
        await session.ExecuteAsync(
            """
            INSERT INTO in_force (kind, value, soft, sequence, at_ms, epoch)
            VALUES (@Kind, @Value, @Soft, @Sequence, @AtMs, @Epoch)
            ON CONFLICT (kind, value, soft) DO UPDATE SET sequence = excluded.sequence, at_ms = excluded.at_ms,
                epoch = CASE WHEN in_force.epoch > excluded.epoch THEN in_force.epoch ELSE excluded.epoch END
            """, entry);
        await audit.AppendAsync(session, actor, "invalidate",
            $"sequence={entry.Sequence} kind={entry.Kind} value={entry.Value} soft={request.Soft} epoch={entry.Epoch}");
        await LogSignals.TellOthersAsync(session);
        return entry;
    }

    /// <summary>
    /// Takes the log's lock before anything is audited: who appends takes it before the audit log's, and two transactions
    /// that take them in different order wait for each other for ever.
    /// </summary>
    public static Task LockAsync(SqlSession session) =>
        session.ExecuteAsync("UPDATE log_state SET head = head WHERE id = 1");

    /// <summary>Begins a term: called once at each start, before anything is served.</summary>
    public Task<long> BeginTermAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(async session =>
    {
        var term = await session.ScalarAsync<long>("UPDATE log_state SET term = term + 1 WHERE id = 1 RETURNING term");
        await session.ExecuteAsync(
            "INSERT INTO term (term, start_sequence, at_ms) SELECT term, head, @now FROM log_state WHERE id = 1",
            new { now = time.GetUtcNow().ToUnixTimeMilliseconds() });
        await LogSignals.TellOthersAsync(session);
        return term;
    }, cancellationToken);

    /// <summary>The state, in the caller's transaction.</summary>
    public static async Task<LogState> StateAsync(SqlSession session) =>
        (await session.QueryFirstOrDefaultAsync<LogState>(
        """
        SELECT l.term, l.head, l.oldest, l.floor, k.version AS KeysVersion
        FROM log_state l CROSS JOIN key_state k WHERE l.id = 1 AND k.id = 1
        """))!;

    /// <summary>
    /// The head at which the first term above the given one began; null when there is none.
    /// </summary>
    public static Task<long?> NextTermStartAsync(SqlSession session, long term) => session.ScalarAsync<long?>(
        "SELECT start_sequence FROM term WHERE term > @term ORDER BY term LIMIT 1", new { term });

    /// <summary>Entries after a sequence, in order.</summary>
    public static Task<IReadOnlyList<LogEntry>> AfterAsync(SqlSession session, long after, int limit) =>
        session.QueryAsync<LogEntry>(
            $"SELECT {Columns} FROM invalidation WHERE sequence > @after ORDER BY sequence LIMIT @limit",
            new { after, limit });

    /// <summary>The last entries, newest first.</summary>
    public Task<IReadOnlyList<LogEntry>> LatestAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
        session => session.QueryAsync<LogEntry>(
            $"SELECT {Columns} FROM invalidation ORDER BY sequence DESC LIMIT @limit", new { limit }),
                cancellationToken);

    /// <summary>The entry of a receipt; null when there is none, or none any more.</summary>
    public static Task<LogEntry?> FindAsync(SqlSession session, string receipt) =>
        session.QueryFirstOrDefaultAsync<LogEntry>(
            $"SELECT {Columns} FROM invalidation WHERE receipt = @receipt", new { receipt });

    /// <summary>Everything in force after the sequence <paramref name="after"/>, in order.</summary>
    public static async Task<IReadOnlyList<InvalidationEntry>> InForceAsync(SqlSession session, long after,
        int limit) =>
        [.. (await session.QueryAsync<LogEntry>(
            """
            SELECT sequence, at_ms AS AtMs, kind, value, soft, epoch FROM in_force
            WHERE sequence > @after ORDER BY sequence LIMIT @limit
            """, new { after, limit })).Select(entry => entry.ToWire())];

    private sealed record GivenNumber
    {
        public long Sequence { get; init; }
        public long AtMs { get; init; }
    }
}
