namespace Flickr.Up;

/// <summary>
/// Lifetime of a program that lives in another's process: it neither listens for signals nor prints that it
/// started. <see cref="UpRun"/> starts and stops it.
/// </summary>
internal sealed class BorrowedLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
