using Flickr.Photos.Imaging;
using Flickr.Photos.Uploads;
using Flickr.Sql;

namespace Flickr.Photos;

/// <summary>What must be so before the first request: the schema, an empty work folder, warm workers.</summary>
internal sealed class PhotosStart(
    Database database, OriginalFiles files, ImageWorkerPool images, PhotosFolders folders, PhotosMetrics metrics,
    ILogger<PhotosStart> log, TimeProvider time) : IHostedLifecycleService
{
    public bool IsReady { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        database.Called += call =>
        {
            metrics.SqlSeconds.Observe(call.Ran.TotalSeconds);
            metrics.SqlWaitSeconds.Observe(call.Waited.TotalSeconds);
            if (call.Failed)
            {
                metrics.SqlFailures.Inc();
            }
        };
        await Migrations.ApplyAsync(database, typeof(PhotosStart).Assembly, cancellationToken);
        files.ForgetAll();
        metrics.Registry.AddBeforeCollectCallback(MeasureQueueAsync);
        try
        {
            images.Warm();
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            PhotosLog.WorkersNotStarted(log, fault); // uploads wait in their sagas until the operator has mended it
        }
        IsReady = true;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        PhotosLog.Up(log, folders.Data);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        IsReady = false;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task MeasureQueueAsync(CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(UploadQueries.QueueAsync, cancellationToken) is { } queue)
        {
            metrics.QueueDepth.Set(queue.Depth);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            metrics.QueueOldestSeconds.Set(queue.OldestMs is { } oldest ? Math.Max(0, now - oldest) / 1000.0 : 0);
        }
    }
}
