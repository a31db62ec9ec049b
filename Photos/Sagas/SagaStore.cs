using Flickr.Photos.Ids;
using Flickr.Sql;

namespace Flickr.Photos.Sagas;

/// <summary>The statements of the engine. Each takes the caller's session, so that the caller decides what is one transaction.</summary>
internal sealed class SagaStore(TimeProvider time, SortableIds ids)
{
    private const string SagaColumns =
        """
        id AS Id, kind AS Kind, lane AS Lane, status AS Status, step AS Step, seq AS Seq, answered_seq AS AnsweredSeq,
        state AS State, problem_type AS ProblemType, problem_text AS ProblemText
        """;

    /// <summary>Unique to this process; a lease is ours only while the row says so.</summary>
    public string Owner { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{ids.Next()}";

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public static Task<SagaRow?> FindAsync(SqlSession session, string sagaId) =>
        session.QueryFirstOrDefaultAsync<SagaRow>($"SELECT {SagaColumns} FROM saga WHERE id = @sagaId", new { sagaId });

    /// <summary>Adds a saga; false when one of that id is there already.</summary>
    public async Task<bool> AddAsync(SqlSession session, SagaRow saga) => await session.ExecuteAsync(
        """
        INSERT INTO saga (id, kind, lane, status, step, seq, answered_seq, state, created_ms, updated_ms)
        VALUES (@Id, @Kind, @Lane, @Status, 0, 1, 0, @State, @now, @now) ON CONFLICT (id) DO NOTHING
        """,
        new { saga.Id, saga.Kind, saga.Lane, saga.Status, saga.State, now = NowMs }) == 1;

    /// <summary>Takes the lane for a saga if it is free. The row lock orders this against <see cref="PassLaneAsync"/>.</summary>
    public static async Task<bool> TakeLaneAsync(SqlSession session, string lane, string sagaId) => await session.ScalarAsync<string>(
        """
        INSERT INTO saga_lane (lane, saga_id) VALUES (@lane, @sagaId)
        ON CONFLICT (lane) DO UPDATE SET
            saga_id = CASE WHEN saga_lane.saga_id = '' THEN excluded.saga_id ELSE saga_lane.saga_id END
        RETURNING saga_id
        """,
        new { lane, sagaId }) == sagaId;

    /// <summary>Holds a saga's row to the end of the transaction; a statement after it reads what was committed before.</summary>
    public static Task<int> HoldAsync(SqlSession session, string sagaId) =>
        session.ExecuteAsync("UPDATE saga SET seq = seq WHERE id = @sagaId", new { sagaId });

    /// <summary>
    /// Gives the lane to the oldest that waits, and returns it as running; null when none does.
    /// The lock is taken by a statement of its own: the next statement's snapshot then sees a start that held the lock
    /// before us (PostgreSQL, read committed).
    /// </summary>
    public async Task<SagaRow?> PassLaneAsync(SqlSession session, string lane, string sagaId)
    {
        if (await session.ExecuteAsync(
            "UPDATE saga_lane SET saga_id = '' WHERE lane = @lane AND saga_id = @sagaId", new { lane, sagaId }) == 0)
        {
            return null;
        }
        var next = await session.QueryFirstOrDefaultAsync<SagaRow>(
            $"SELECT {SagaColumns} FROM saga WHERE lane = @lane AND status = 'waiting' ORDER BY id LIMIT 1", new { lane });
        if (next is null)
        {
            return null;
        }
        await session.ExecuteAsync("UPDATE saga_lane SET saga_id = @Id WHERE lane = @lane", new { next.Id, lane });
        await session.ExecuteAsync(
            "UPDATE saga SET status = 'running', updated_ms = @now WHERE id = @Id", new { next.Id, now = NowMs });
        return next with { Status = "running" };
    }

    public Task SaveAsync(SqlSession session, SagaRow saga) => session.ExecuteAsync(
        """
        UPDATE saga SET status = @Status, step = @Step, seq = @Seq, state = @State, problem_type = @ProblemType,
            problem_text = @ProblemText, updated_ms = @now
        WHERE id = @Id
        """,
        new { saga.Status, saga.Step, saga.Seq, saga.State, saga.ProblemType, saga.ProblemText, saga.Id, now = NowMs });

    /// <summary>Records that a turn has been answered; false when it was already (a doubled request).</summary>
    public static async Task<bool> AnswerOnceAsync(SqlSession session, string sagaId, long seq) => await session.ExecuteAsync(
        "UPDATE saga SET answered_seq = @seq WHERE id = @sagaId AND seq = @seq AND answered_seq < @seq",
        new { sagaId, seq }) == 1;

    public Task SendAsync(SqlSession session, string topic, long version, string sagaId, long seq, string body) =>
        session.ExecuteAsync(
            """
            INSERT INTO message (id, topic, version, saga_id, seq, body, not_before_ms, attempts, lease_owner, lease_until_ms,
                fence, created_ms)
            VALUES (@id, @topic, @version, @sagaId, @seq, @body, @now, 0, '', 0, 0, @now)
            """,
            new { id = ids.Next(), topic, version, sagaId, seq, body, now = NowMs });

    /// <summary>Claims due messages, oldest first. Each claim raises the fence: whoever held it before can no longer complete it.</summary>
    public Task<IReadOnlyList<SagaMessage>> ClaimAsync(SqlSession session, int count, TimeSpan lease) =>
        session.QueryAsync<SagaMessage>(
            $"""
            UPDATE message SET lease_owner = @Owner, lease_until_ms = @until, fence = fence + 1, attempts = attempts + 1
            WHERE id IN (SELECT id FROM message WHERE not_before_ms <= @now AND lease_until_ms <= @now
                ORDER BY not_before_ms, id LIMIT @count{session.ForUpdateSkipLocked})
            RETURNING id AS Id, topic AS Topic, version AS Version, saga_id AS SagaId, seq AS Seq, body AS Body,
                attempts AS Attempts, fence AS Fence, created_ms AS CreatedMs
            """,
            new { Owner, until = NowMs + (long)lease.TotalMilliseconds, now = NowMs, count = (long)count });

    /// <summary>Whether anything can be claimed; spares a write transaction when nothing can.</summary>
    public async Task<bool> IsAnyDueAsync(SqlSession session) => await session.ScalarAsync<long?>(
        "SELECT 1 FROM message WHERE not_before_ms <= @now AND lease_until_ms <= @now LIMIT 1", new { now = NowMs }) is not null;

    public async Task<bool> ExtendAsync(SqlSession session, SagaMessage message, TimeSpan lease) => await session.ExecuteAsync(
        "UPDATE message SET lease_until_ms = @until WHERE id = @Id AND lease_owner = @Owner AND fence = @Fence",
        new { message.Id, Owner, message.Fence, until = NowMs + (long)lease.TotalMilliseconds }) == 1;

    /// <summary>Removes a message if it is still ours. False: the lease was lost, and with it the right to complete.</summary>
    public async Task<bool> CompleteAsync(SqlSession session, SagaMessage message) => await session.ExecuteAsync(
        "DELETE FROM message WHERE id = @Id AND lease_owner = @Owner AND fence = @Fence",
        new { message.Id, Owner, message.Fence }) == 1;

    /// <summary>Gives a message back, to be claimed again after a pause. <paramref name="uncounted"/>: the attempt was ours to break off, not the step's fault.</summary>
    public Task PostponeAsync(SqlSession session, SagaMessage message, TimeSpan pause, bool uncounted) => session.ExecuteAsync(
        """
        UPDATE message SET lease_owner = '', lease_until_ms = 0, not_before_ms = @notBefore, attempts = attempts - @taken
        WHERE id = @Id AND lease_owner = @Owner AND fence = @Fence
        """,
        new
        {
            message.Id,
            Owner,
            message.Fence,
            notBefore = NowMs + (long)pause.TotalMilliseconds,
            taken = uncounted ? 1L : 0L,
        });

    public Task BuryAsync(SqlSession session, SagaMessage message, string reason) => session.ExecuteAsync(
        """
        INSERT INTO dead_letter (id, topic, version, saga_id, seq, body, attempts, reason, died_ms)
        VALUES (@Id, @Topic, @Version, @SagaId, @Seq, @Body, @Attempts, @reason, @now)
        """,
        new
        {
            message.Id,
            message.Topic,
            message.Version,
            message.SagaId,
            message.Seq,
            message.Body,
            message.Attempts,
            reason,
            now = NowMs,
        });

    /// <summary>Sends a dead letter again, with its attempts forgotten; false when there is none of that id.</summary>
    public async Task<bool> ReplayAsync(SqlSession session, string id)
    {
        var moved = await session.ExecuteAsync(
            """
            INSERT INTO message (id, topic, version, saga_id, seq, body, not_before_ms, attempts, lease_owner, lease_until_ms,
                fence, created_ms)
            SELECT id, topic, version, saga_id, seq, body, @now, 0, '', 0, 0, @now FROM dead_letter WHERE id = @id
            """,
            new { id, now = NowMs });
        await session.ExecuteAsync("DELETE FROM dead_letter WHERE id = @id", new { id });
        await session.ExecuteAsync(
            "UPDATE saga SET status = 'undoing' WHERE status = 'stuck' AND id IN (SELECT saga_id FROM message WHERE id = @id)",
            new { id });
        return moved == 1;
    }

    /// <summary>
    /// Frees every lease. Only for an embedded database at start, where whoever held them is dead; should that be wrong,
    /// the fence still keeps the results right.
    /// </summary>
    public static Task FreeAllAsync(SqlSession session) =>
        session.ExecuteAsync("UPDATE message SET lease_owner = '', lease_until_ms = 0 WHERE lease_until_ms > 0");
}
