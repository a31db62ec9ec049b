using System.Collections.Concurrent;
using Flickr.Sql;

namespace Flickr.ControlPlane.Audit;

/// <summary>
/// Who did what, hash-chained, in the transaction that did it: there is no deed without its line.
/// </summary>
internal sealed class AuditLog(Database database, TimeProvider time)
{
    private const string Columns = "sequence, at_ms AS AtMs, actor, action, detail, hash";
    private readonly ConcurrentDictionary<(string Actor, string Action, string Detail),
        bool> _saidOnce = new();

    /// <summary>Appends in the caller's transaction; the last lock a transaction takes.</summary>
    public async Task AppendAsync(SqlSession session, string actor, string action, string detail)
    {
        var head = await session.QueryFirstOrDefaultAsync<AuditState>(
            "UPDATE audit_state SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence, hash");
        var row = new AuditRow
        {
            Sequence = head!.Sequence,
            AtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Actor = actor,
            Action = action,
            Detail = detail,
        };
        row = row with { Hash = row.HashAfter(head.Hash) };
        await session.ExecuteAsync(
            """
            INSERT INTO audit (sequence, at_ms, actor, action, detail, hash)
            VALUES (@Sequence, @AtMs, @Actor, @Action, @Detail, @Hash)
            """, row);
        await session.ExecuteAsync("UPDATE audit_state SET hash = @Hash WHERE id = 1", row);
    }

    /// <summary>
    /// Appends a line that this process has not said yet, e.g. that a reader took a bundle for the first
    /// time.
    /// </summary>
    public async Task SayOnceAsync(string actor, string action, string detail,
        CancellationToken cancellationToken)
    {
        if (_saidOnce.Count > 100_000)
        {
            _saidOnce.Clear();
        }
        if (_saidOnce.TryAdd((actor, action, detail), true))
        {
            await database.WriteAsync(session =>
                AppendAsync(session, actor, action, detail), cancellationToken);
        }
    }

    /// <summary>Lines after a number, in order.</summary>
    public Task<IReadOnlyList<AuditRow>> AfterAsync(long after, int limit,
        CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryAsync<AuditRow>(
            $"SELECT {Columns} FROM audit WHERE sequence > @after ORDER BY sequence LIMIT @limit",
            new { after, limit }), cancellationToken);

    /// <summary>The last line's number and hash.</summary>
    public static async Task<(long Sequence, string Hash)> StateAsync(SqlSession session)
    {
        var state = (await session.QueryFirstOrDefaultAsync<AuditState>(
            "SELECT sequence, hash FROM audit_state WHERE id = 1"))!;
        return (state.Sequence, state.Hash);
    }

    /// <summary>Walks the whole chain, and compares it with the heads that were signed.</summary>
    public Task<AuditVerdict> VerifyAsync(Func<AuditHead, bool> isGenuine, CancellationToken cancellationToken) =>
        database.ReadAsync(async session =>
    {
        var signed = (await AuditHeads.AllAsync(session)).ToDictionary(row => row.Sequence);
        var head = (await session.QueryFirstOrDefaultAsync<AuditState>(
            "SELECT sequence, hash FROM audit_state WHERE id = 1"))!;
        var (after, previous) = (0L, "");
        while (true)
        {
            var rows = await session.QueryAsync<AuditRow>(
                $"SELECT {Columns} FROM audit WHERE sequence > @after ORDER BY sequence LIMIT 1000",
                    new { after });
            // A chain that was written anew from some line on holds in itself, but not against what was signed before.
            if ((AuditChain.FirstBreak(rows, previous, after)
                ?? rows.FirstOrDefault(row => signed.TryGetValue(row.Sequence, out var kept)
                    && (kept.Hash != row.Hash || !isGenuine(kept)))?.Sequence) is { } broken)
            {
                return new AuditVerdict(false, head.Sequence, broken);
            }
            if (rows.Count == 0)
            {
                // Lines cut off at the end leave a chain that holds, but not up to the head.
                var whole = after == head.Sequence && previous == head.Hash && signed.Keys.All(number => number <= after);
                return new AuditVerdict(whole, head.Sequence, whole ? null : after + 1);
            }
            (after, previous) = (rows[^1].Sequence, rows[^1].Hash);
        }
    }, cancellationToken);

    private sealed record AuditState
    {
        public long Sequence { get; init; }
        public string Hash { get; init; } = "";
    }
}

/// <summary>Whether the chain holds.</summary>
/// <param name="Holds">Every line is as it was written.</param>
/// <param name="Count">Lines that there should be.</param>
/// <param name="FirstBreak">The first line that is wrong or missing; null when none is.</param>
internal sealed record AuditVerdict(bool Holds, long Count, long? FirstBreak);
