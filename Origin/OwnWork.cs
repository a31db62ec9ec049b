namespace Flickr.Origin;

/// <summary>The work of one node alone: scrub, compaction, dropping expired uploads. Each goes on after a failure.</summary>
internal sealed class OwnWork(OriginNode node, TimeProvider time, ILogger<OwnWork> log) : BackgroundService
{
    private static readonly TimeSpan ScrubInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan CompactionInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync("scrub", ScrubInterval, node.Scrubber.RunIfDueAsync, stoppingToken),
        RepeatAsync("compaction", CompactionInterval, node.Compactor.RunAsync, stoppingToken),
        RepeatAsync("expiry", ExpiryInterval, _ => Task.FromResult(node.Uploads.RemoveExpired()), stoppingToken));

    private async Task RepeatAsync<T>(
        string work, TimeSpan interval, Func<CancellationToken, Task<T>> round, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await round(stoppingToken);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    OriginLog.BackgroundFailed(log, error, work);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }
}
