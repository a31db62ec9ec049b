namespace Flickr.Origin.Uploads;

/// <summary>An upload in memory. Whoever writes holds its lock.</summary>
internal sealed class OpenUpload(Upload facts)
{
    private readonly Lock _gate = new();
    private Turn? _turn;

    public Upload Facts { get; set; } = facts;

    /// <summary>Where the next byte goes.</summary>
    public long Offset { get; set; }

    /// <summary>Ends when another request takes the upload over; valid while the lock is held.</summary>
    public CancellationToken Writing => _turn?.Ending.Token ?? CancellationToken.None;

    public bool TryLock()
    {
        lock (_gate)
        {
            if (_turn is not null)
            {
                return false;
            }
            _turn = new Turn();
            return true;
        }
    }

    /// <summary>Ends whoever writes now, waits until what arrived is durable, and holds the lock.</summary>
    public async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        while (!TryLock())
        {
            Turn? other;
            lock (_gate)
            {
                other = _turn;
            }
            if (other is not null)
            {
                await other.Ending.CancelAsync();
                await other.Released.Task.WaitAsync(cancellationToken);
            }
        }
    }

    public void Unlock()
    {
        Turn? turn;
        lock (_gate)
        {
            (turn, _turn) = (_turn, null);
        }
        turn?.Released.TrySetResult();
    }

    /// <summary>One holder of the lock. Its source has no timer and no handle, so nothing is left open when nobody disposes it.</summary>
    private sealed record Turn
    {
        public CancellationTokenSource Ending { get; } = new();

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
