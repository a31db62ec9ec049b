namespace Flickr.Sql;

/// <summary>
/// A named right that one owner holds for a while, kept in the <c>lease</c> table (made by <see cref="Migrations"/>).
/// Each taking has a higher <see cref="Fence"/>, so that a late owner can be told from the present one.
/// </summary>
/// <param name="Name">What is leased.</param>
/// <param name="Owner">Who holds it; unique to the process.</param>
/// <param name="Fence">Grows by one at each taking.</param>
/// <param name="Expires">From then on anyone may take it.</param>
public sealed record Lease(string Name, string Owner, long Fence, DateTimeOffset Expires)
{
    /// <summary>Takes the lease, or null while another owner's has not run out. Taking one's own again extends it and keeps the fence.</summary>
    public static async Task<Lease?> TryTakeAsync(SqlSession session, string name, string owner, TimeSpan duration, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var expires = now + duration;
        var fence = await session.ScalarAsync<long?>(
            """
            INSERT INTO lease (name, owner, fence, expires_ms) VALUES (@name, @owner, 1, @expiresMs)
            ON CONFLICT (name) DO UPDATE SET
                fence = CASE WHEN lease.owner = excluded.owner THEN lease.fence ELSE lease.fence + 1 END,
                owner = excluded.owner, expires_ms = excluded.expires_ms
            WHERE lease.owner = excluded.owner OR lease.expires_ms <= @nowMs
            RETURNING fence
            """,
            new { name, owner, expiresMs = expires.ToUnixTimeMilliseconds(), nowMs = now.ToUnixTimeMilliseconds() });
        return fence is { } number ? new Lease(name, owner, number, expires) : null;
    }

    /// <summary>Gives the lease back if it is still ours.</summary>
    public Task ReleaseAsync(SqlSession session) => session.ExecuteAsync(
        "UPDATE lease SET expires_ms = 0 WHERE name = @Name AND owner = @Owner AND fence = @Fence",
        new { Name, Owner, Fence });
}
