using Flickr.Sql;

namespace Flickr.Photos.Search;

/// <summary>
/// Once after a start: makes the words of photos that have none or have them from an older tokeniser. Several processes may
/// do it at once. A photo is searchable from its publication on; this is for those published before there was a search.
/// </summary>
internal sealed class SearchBackfill(Database database, PhotosMetrics metrics, ILogger<SearchBackfill> log, TimeProvider time)
    : BackgroundService
{
    private const int Batch = 100; // small: on SQLite a batch holds the only writer

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var pause = new PeriodicTimer(RetryPause, time);
        while (true)
        {
            try
            {
                await RunAsync(stoppingToken);
                return;
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                PhotosLog.SearchBackfillFailed(log, fault);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return; // the program stops; the next start goes on
            }
            if (!await pause.WaitForNextTickAsync(stoppingToken))
            {
                return;
            }
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var after = "";
        while (true)
        {
            var photos = await database.ReadAsync(session => session.QueryAsync<string>(
                $"""
                SELECT p.id FROM photo p LEFT JOIN photo_search s ON s.photo_id = p.id
                WHERE p.state = 'published' AND p.id > @after AND (s.version IS NULL OR s.version <> @version)
                ORDER BY p.id LIMIT {Batch}
                """, new { after, version = (long)SearchText.Version }), cancellationToken);
            if (photos.Count == 0)
            {
                return;
            }
            await database.WriteAsync(async session =>
            {
                foreach (var photo in photos)
                {
                    await SearchIndex.RefreshAsync(session, photo);
                }
            }, cancellationToken);
            metrics.SearchBackfilled.Inc(photos.Count);
            after = photos[^1];
        }
    }
}
