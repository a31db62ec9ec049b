using Flickr.Photos.Origins;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Collecting;

/// <summary>
/// Deletes from storage what nothing refers to any more. Several processes may collect at once: a blob is decided under its
/// lock, and a deletion sent twice, late or with an older generation does no harm. See <see cref="BlobReferences"/>.
/// </summary>
internal sealed class BlobCollector(Database database, OriginClient origin, IOptions<CollectingOptions> options,
    PhotosMetrics metrics, ILogger<BlobCollector> log, TimeProvider time) : BackgroundService
{
    private const int Batch = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var poll = new PeriodicTimer(options.Value.Poll, time);
        try
        {
            while (await poll.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    while (await CollectAsync(stoppingToken) == Batch)
                    {
                        stoppingToken.ThrowIfCancellationRequested();
                    }
                }
                catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
                {
                    PhotosLog.CollectorFailed(log, fault); // what is due stays due
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // the program stops
        }
    }

    /// <summary>One round over what is due. Returns how many were looked at.</summary>
    internal async Task<int> CollectAsync(CancellationToken cancellationToken)
    {
        var suspects = await database.ReadAsync(session => session.QueryAsync<Suspect>(
            $"""
            SELECT digest AS Digest, times AS Times FROM blob_garbage WHERE not_before_ms <= @now
            ORDER BY not_before_ms, digest LIMIT {Batch}
            """, new { now = time.GetUtcNow().ToUnixTimeMilliseconds() }), cancellationToken);
        foreach (var suspect in suspects)
        {
            var generation = await database.WriteAsync(session => DecideAsync(session, suspect), cancellationToken);
            if (generation is { } collected)
            {
                await origin.DeleteBlobAsync(suspect.Digest, collected, cancellationToken);
                await database.WriteAsync(session => ForgetAsync(session, suspect), cancellationToken);
                metrics.BlobsCollected.Inc();
            }
        }
        return suspects.Count;
    }

    // Until the deletion was answered the row stays, so a crash in between only decides it once more.
    private static async Task<long?> DecideAsync(SqlSession session, Suspect suspect)
    {
        await BlobReferences.LockAsync(session, suspect.Digest);
        if (await BlobReferences.IsReferencedAsync(session, suspect.Digest))
        {
            await ForgetAsync(session, suspect); // whoever drops the last reference says so again
            return null;
        }
        var generation = await BlobReferences.NextGenerationAsync(session);
        await session.ExecuteAsync(
            """
            INSERT INTO blob_collection (digest, generation) VALUES (@Digest, @generation)
            ON CONFLICT (digest) DO UPDATE SET generation = excluded.generation
            """, new { suspect.Digest, generation });
        return generation;
    }

    private static Task<int> ForgetAsync(SqlSession session, Suspect suspect) => session.ExecuteAsync(
        "DELETE FROM blob_garbage WHERE digest = @Digest AND times = @Times", suspect);

    private sealed record Suspect(string Digest, long Times);
}
