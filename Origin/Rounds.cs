namespace Flickr.Origin;

/// <summary>Background work that comes round again and again.</summary>
internal static class Rounds
{
    /// <summary>
    /// Runs <paramref name="round"/> every <paramref name="interval"/> until stopped. A round that fails is logged under
    /// <paramref name="work"/>, and the next one comes all the same.
    /// </summary>
    public static async Task RepeatAsync<T>(string work, TimeSpan interval, Func<CancellationToken, Task<T>> round,
        TimeProvider time, ILogger log, CancellationToken stoppingToken)
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
