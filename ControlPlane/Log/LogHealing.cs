using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Keys;
using Flickr.Sql;

namespace Flickr.ControlPlane.Log;

/// <summary>
/// Makes edges follow again after the database was restored from an old copy. What the copy lost is not known, so
/// everything it may have said is said again at once: a term above every edge's, a number above every edge's, an <c>all</c>
/// there, and every signing key replaced, because the lost lines may have taken back tokens.
/// </summary>
internal sealed class LogHealing(Database database, InvalidationLog log, KeyLife keys, AuditLog audit, LogSignals signals,
    TimeProvider time)
{
    /// <summary>Notes how far an edge is ahead of this log.</summary>
    public Task NoteAsync(string edge, long term, long sequence, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO ahead (edge, term, sequence, at_ms) VALUES (@edge, @term, @sequence, @now)
            ON CONFLICT (edge) DO UPDATE SET at_ms = excluded.at_ms,
                term = CASE WHEN ahead.term > excluded.term THEN ahead.term ELSE excluded.term END,
                sequence = CASE WHEN ahead.sequence > excluded.sequence THEN ahead.sequence ELSE excluded.sequence END
            """, new { edge, term, sequence, now = time.GetUtcNow().ToUnixTimeMilliseconds() }), cancellationToken);

    /// <summary>
    /// Heals. Edges that are further than any that has shown itself need <paramref name="term"/> and
    /// <paramref name="sequence"/>, or another healing once they have.
    /// </summary>
    public async Task<Healed> HealAsync(long term, long sequence, string actor, CancellationToken cancellationToken)
    {
        Healed? healed = null;
        await keys.ReplaceAsync(async session =>
        {
            await InvalidationLog.LockAsync(session);
            var ahead = (await session.QueryFirstOrDefaultAsync<Ahead>(
                "SELECT COALESCE(MAX(term), 0) AS Term, COALESCE(MAX(sequence), 0) AS Sequence FROM ahead"))!;
            var state = await InvalidationLog.StateAsync(session);
            var start = Math.Max(Math.Max(state.Head, ahead.Sequence), sequence);
            var next = Math.Max(Math.Max(state.Term, ahead.Term), term) + 1;
            // Where earlier terms began is no longer known: to every edge this one is the next, and it begins after all.
            await session.ExecuteAsync("DELETE FROM term");
            await session.ExecuteAsync("INSERT INTO term (term, start_sequence, at_ms) VALUES (@next, @start, @now)",
                new { next, start, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
            // Entries between the copy's end and the new beginning do not exist: who lacks them takes the snapshot.
            await session.ExecuteAsync(
                "UPDATE log_state SET term = @next, head = @start, oldest = @start + 1 WHERE id = 1", new { next, start });
            var all = await log.AppendAsync(session, new InvalidationRequest("all", "", Reason: "healed"), actor);
            await session.ExecuteAsync("DELETE FROM ahead");
            await audit.AppendAsync(session, actor, "heal", $"term={next} from={state.Head} to={all.Sequence}");
            healed = new Healed(next, all.Sequence, all.Receipt);
            return KnownKeys.All(isStolen: true);
        }, actor, cancellationToken);
        signals.Signal();
        return healed!;
    }

    private sealed record Ahead
    {
        public long Term { get; init; }
        public long Sequence { get; init; }
    }
}

/// <summary>Where the log goes on after a healing.</summary>
internal sealed record Healed(long Term, long Sequence, string Receipt);
