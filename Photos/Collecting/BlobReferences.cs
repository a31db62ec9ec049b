using Flickr.Sql;

namespace Flickr.Photos.Collecting;

/// <summary>
/// What keeps a blob in storage, and the numbers that keep a late deletion from killing one that was uploaded again. Read the
/// story; each part of it is one statement here or in <see cref="BlobCollector"/>.
/// <list type="number">
/// <item>An upload takes a generation, then stores the blob with it.</item>
/// <item>In the transaction that adds the reference, under the blob's lock, it compares that generation with the blob's last
/// collection, and begins again when the collection is later.</item>
/// <item>The collector, in one transaction under the same lock, sees that nothing refers to the blob and records the next
/// generation as its collection; then it sends the deletion with that generation, which loses against every later upload.</item>
/// </list>
/// A reference is: a photo not deleted, one of its files, an upload not ended, a pin. Whoever adds another kind adds it to
/// <see cref="IsReferencedAsync"/> first.
/// </summary>
internal static class BlobReferences
{
    /// <summary>The next generation. To be taken in a transaction that ends before the bytes are sent.</summary>
    public static Task<long> NextGenerationAsync(SqlSession session) => session.ScalarAsync<long>(
        "UPDATE blob_sequence SET value = value + 1 WHERE id = 1 RETURNING value");

    /// <summary>Step 2, in the transaction that adds the reference and before it is added.</summary>
    /// <exception cref="BlobCollectedException">The blob was collected after it was stored: store it again.</exception>
    public static async Task CheckAsync(SqlSession session, string digest, long generation)
    {
        await LockAsync(session, digest);
        if (await session.ScalarAsync<long?>(
            "SELECT generation FROM blob_collection WHERE digest = @digest", new { digest }) >= generation)
        {
            throw new BlobCollectedException();
        }
    }

    /// <summary>Keeps a blob for a saga until <see cref="UnpinAsync"/>. Checks it as <see cref="CheckAsync"/> does.</summary>
    public static async Task PinAsync(SqlSession session, string sagaId, string digest, long generation)
    {
        await CheckAsync(session, digest, generation);
        await session.ExecuteAsync(
            "INSERT INTO blob_pin (saga_id, digest) VALUES (@sagaId, @digest) ON CONFLICT DO NOTHING", new { sagaId, digest });
    }

    /// <summary>The saga is over: its files are published by now, or they are garbage. They are looked at after <paramref name="dueMs"/>.</summary>
    public static async Task UnpinAsync(SqlSession session, string sagaId, long dueMs)
    {
        var digests = await session.QueryAsync<string>("SELECT digest FROM blob_pin WHERE saga_id = @sagaId", new { sagaId });
        await session.ExecuteAsync("DELETE FROM blob_pin WHERE saga_id = @sagaId", new { sagaId });
        await SuspectAsync(session, digests, dueMs);
    }

    /// <summary>These lost a reference in this transaction. Whether it was the last is found out by the collector.</summary>
    public static async Task SuspectAsync(SqlSession session, IEnumerable<string> digests, long dueMs)
    {
        foreach (var digest in digests.Distinct().Order(StringComparer.Ordinal)) // one order, so that two do not wait for each other
        {
            await session.ExecuteAsync(
                """
                INSERT INTO blob_garbage (digest, not_before_ms, times) VALUES (@digest, @dueMs, 1)
                ON CONFLICT (digest) DO UPDATE SET not_before_ms = excluded.not_before_ms, times = blob_garbage.times + 1
                """, new { digest, dueMs });
        }
    }

    /// <summary>
    /// Holds the blob's references still to the end of the transaction. A statement after it sees what was committed before
    /// the lock was given (READ COMMITTED). On SQLite a write transaction is alone anyway.
    /// </summary>
    public static Task LockAsync(SqlSession session, string digest) => session.Engine == SqlEngine.PostgreSql
        ? session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@digest, 0))", new { digest })
        : Task.CompletedTask;

    /// <summary>Whether anything needs the blob. Only under <see cref="LockAsync"/> is the answer worth anything.</summary>
    public static async Task<bool> IsReferencedAsync(SqlSession session, string digest) => await session.ScalarAsync<long?>(
        """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM photo WHERE digest = @digest AND state <> 'deleted')
            OR EXISTS (SELECT 1 FROM image WHERE file_key = @digest)
            OR EXISTS (SELECT 1 FROM upload WHERE digest = @digest AND state IN ('queued', 'processing'))
            OR EXISTS (SELECT 1 FROM blob_pin WHERE digest = @digest)
        """, new { digest }) is not null;
}

/// <summary>A blob was collected between its storing and its reference: to be stored again.</summary>
public sealed class BlobCollectedException() : InvalidOperationException("the blob was collected meanwhile");
