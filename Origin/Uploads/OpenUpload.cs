namespace Flickr.Origin.Uploads;

/// <summary>An upload in memory. Whoever writes holds its lock.</summary>
internal sealed class OpenUpload(Upload facts)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _released;
    private CancellationTokenSource _writing = new();

    public Upload Facts { get; set; } = facts;

    /// <summary>Where the next byte goes.</summary>
    public long Offset { get; set; }

    /// <summary>Ends when another request takes the upload over; valid while the lock is held.</summary>
    public CancellationToken Writing { get; private set; }

    public bool TryLock()
    {
        lock (_gate)
        {
            if (_released is not null)
            {
                return false;
            }
            _released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _writing = new CancellationTokenSource();
            Writing = _writing.Token;
            return true;
        }
    }

    /// <summary>Ends whoever writes now, waits until what arrived is durable, and holds the lock.</summary>
    public async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        while (!TryLock())
        {
            Task released;
            CancellationTokenSource writing;
            lock (_gate)
            {
                released = _released?.Task ?? Task.CompletedTask;
                writing = _writing;
            }
            await writing.CancelAsync();
            await released.WaitAsync(cancellationToken);
        }
    }

    public void Unlock()
    {
        TaskCompletionSource? released;
        lock (_gate)
        {
            (released, _released) = (_released, null);
        }
        released?.TrySetResult();
    }
}
