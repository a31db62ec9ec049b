namespace Flickr.Listening;

/// <summary>The ticks of a background loop.</summary>
internal static class Ticks
{
    /// <summary>Waits for the next tick; false when the program stops, whether it is stopped or disposed of.</summary>
    public static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
