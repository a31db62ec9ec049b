using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Edges;

/// <summary>
/// The edges and their leases. A lease is committed before the heartbeats that it allows are sent; so
/// whatever happens to
/// this process, the table always names a time after which an edge has heard nothing, and the bound counts
/// from there.
/// </summary>
internal sealed class EdgeTable(EdgeWriter writer, IOptions<StreamOptions> options, TimeProvider time)
{
    private const string Columns =
        """
        id, address, connection, joined_ms AS JoinedMs, lease_ms AS LeaseMs, acknowledged,
        acknowledged_ms AS AcknowledgedMs, keys_version AS KeysVersion, bound_private_ms AS BoundPrivateMs,
        bound_public_ms AS BoundPublicMs, cut_off_ms AS CutOffMs, removed_ms AS RemovedMs
        """;

    private const string Move =
        """
        UPDATE edge SET keys_version = @keysVersion, acknowledged_ms = @now,
            acknowledged = CASE WHEN acknowledged > @sequence THEN acknowledged ELSE @sequence END
        WHERE id = @id AND @sequence <= (SELECT head FROM log_state WHERE id = 1)
        """;

    /// <summary>
    /// One way to the server and back for each edge, where the server is another process: the last of eight edges waits for
    /// the statements of the other seven.
    /// </summary>
    private const string MoveAndNote =
        $"""
        WITH moved AS ({Move} RETURNING id),
            noted AS (INSERT INTO ack (edge, sequence, at_ms) SELECT id, @sequence, @now FROM moved WHERE @sequence > 0
                ON CONFLICT DO NOTHING)
        SELECT COUNT(*) FROM moved
        """;

    /// <summary>All edges, by name.</summary>
    public static Task<IReadOnlyList<EdgeRow>> AllAsync(SqlSession session) =>
        session.QueryAsync<EdgeRow>($"SELECT {Columns} FROM edge ORDER BY id");

    /// <summary>
    /// A stream begins: the edge joins, or comes back on another connection. Returns the end of its lease.
    /// </summary>
    public async Task<long> JoinAsync(string id, string address, string connection,
        CancellationToken cancellationToken)
    {
        var bounds = options.Value;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = new EdgeRow
        {
            Id = id,
            Address = address,
            Connection = connection,
            JoinedMs = now,
            LeaseMs = now + (long)bounds.Lease.TotalMilliseconds,
            BoundPrivateMs = (long)bounds.BoundPrivate.TotalMilliseconds,
            BoundPublicMs = (long)bounds.BoundPublic.TotalMilliseconds,
            CutOffMs = (long)bounds.CutOff.TotalMilliseconds,
        };
        await writer.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO edge (id, address, connection, joined_ms, lease_ms, acknowledged, acknowledged_ms, keys_version,
                bound_private_ms, bound_public_ms, cut_off_ms)
            VALUES (@Id, @Address, @Connection, @JoinedMs, @LeaseMs, 0, 0, 0, @BoundPrivateMs, @BoundPublicMs, @CutOffMs)
            ON CONFLICT (id) DO UPDATE SET address = excluded.address, connection = excluded.connection,
                lease_ms = CASE WHEN edge.lease_ms > excluded.lease_ms THEN edge.lease_ms ELSE excluded.lease_ms END,
                bound_private_ms = excluded.bound_private_ms, bound_public_ms = excluded.bound_public_ms,
                cut_off_ms = excluded.cut_off_ms, removed_ms = 0
            """, row), cancellationToken);
        return row.LeaseMs;
    }

    /// <summary>
    /// Renews the lease of a connection; 0 when the edge has moved to another connection meanwhile.
    /// </summary>
    public async Task<long> RenewAsync(string id, string connection, CancellationToken cancellationToken)
    {
        var lease = time.GetUtcNow().ToUnixTimeMilliseconds() + (long)options.Value.Lease.TotalMilliseconds;
        var rows = await writer.WriteAsync(session => session.ExecuteAsync(
            "UPDATE edge SET lease_ms = @lease WHERE id = @id AND connection = @connection AND lease_ms < @lease",
            new { id, connection, lease }), cancellationToken);
        return rows == 0 ? 0 : lease;
    }

    /// <summary>
    /// A connection ended after its last heartbeat at <paramref name="lastBeatMs"/>: the lease ends there
    /// too.
    /// </summary>
    public Task LeaveAsync(string id, string connection, long lastBeatMs,
        CancellationToken cancellationToken) =>
        writer.WriteAsync(session => session.ExecuteAsync(
            "UPDATE edge SET lease_ms = @lastBeatMs WHERE id = @id AND connection = @connection AND lease_ms > @lastBeatMs",
            new { id, connection, lastBeatMs }), cancellationToken);

    /// <summary>
    /// An edge has applied everything up to a sequence. What the log does not hold yet cannot have been
    /// applied: taking it
    /// would confirm the receipts of invalidations that are still to come.
    /// </summary>
    public async Task<AckVerdict> AcknowledgeAsync(string id, long sequence, long keysVersion,
        CancellationToken cancellationToken)
    {
        var row = new { id, sequence, keysVersion, now = time.GetUtcNow().ToUnixTimeMilliseconds() };
        var verdict = await writer.WriteAsync(async session =>
        {
            var changed = session.Engine == SqlEngine.PostgreSql
                ? await session.ScalarAsync<long>(MoveAndNote, row)
                : await MoveThenNoteAsync(session, row, sequence);
            if (changed > 0)
            {
                return (int)AckVerdict.Taken;
            }
            var known = await session.ScalarAsync<long>("SELECT COUNT(*) FROM edge WHERE id = @id", row);
            return (int)(known == 0 ? AckVerdict.UnknownEdge : AckVerdict.AheadOfLog);
        }, cancellationToken);
        return (AckVerdict)verdict;
    }

    private static async Task<long> MoveThenNoteAsync(SqlSession session, object row, long sequence)
    {
        var changed = await session.ExecuteAsync(Move, row);
        if (changed > 0 && sequence > 0)
        {
            await session.ExecuteAsync(
                "INSERT INTO ack (edge, sequence, at_ms) VALUES (@id, @sequence, @now) ON CONFLICT DO NOTHING", row);
        }
        return changed;
    }
}

/// <summary>What came of an acknowledgement.</summary>
internal enum AckVerdict
{
    Taken,
    UnknownEdge,
    AheadOfLog,
}
