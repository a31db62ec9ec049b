using Microsoft.Extensions.Options;

namespace Flickr.Edge.Access;

/// <summary>
/// Where requests wait whose token costs a public-key signature: few at a time, so that a flood of them leaves
/// processors for hits. Thread-safe.
/// </summary>
internal sealed class SignatureLane(IOptions<RefusalOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.SignaturesAtOnce > 0 ? options.Value.SignaturesAtOnce
        : Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <summary>Requests that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a place. False: too many wait already. After true, <see cref="Leave"/>.</summary>
    public async ValueTask<bool> TryEnterAsync(CancellationToken cancellationToken)
    {
        if (_places.Wait(0, CancellationToken.None))
        {
            return true;
        }
        if (Interlocked.Increment(ref _waiting) > options.Value.SignaturesWaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }
        try
        {
            await _places.WaitAsync(cancellationToken);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Gives the place back.</summary>
    public void Leave() => _places.Release();

    public void Dispose() => _places.Dispose();
}
