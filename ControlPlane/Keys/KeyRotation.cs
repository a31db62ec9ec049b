using Flickr.ControlPlane.Log;

namespace Flickr.ControlPlane.Keys;

/// <summary>
/// Moves keys on: when edges acknowledge, when the schedule says so, when a retiring key's time is over.
/// </summary>
internal sealed class KeyRotation(KeyLife life, LogSignals signals, ILogger<KeyRotation> logger,
    TimeProvider time)
    : BackgroundService
{
    private static readonly Task Forever = new TaskCompletionSource().Task;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Acknowledgements matter only while a key waits for them; else the clock alone moves keys.
            var signal = life.IsWaiting ? signals.Changed : Forever;
            try
            {
                if (await life.IsDueAsync(stoppingToken))
                {
                    await life.AdvanceAsync(stoppingToken);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.RotationFailed(fault);
            }
            using var due = new CancellationTokenSource(LookEvery, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stoppingToken);
            await signal.WaitAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
