using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Cache.Log;

internal enum LogJobKind
{
    /// <summary>Write the object behind the lease.</summary>
    Object,

    /// <summary>Write the chunk in the buffer.</summary>
    Chunk,

    /// <summary>Write the object whose head (and body, when it has no chunks) is in the buffer.</summary>
    Manifest,
    Remove,
    Checkpoint,

    /// <summary>
    /// A checkpoint with the index, as the last of a run: the next start need not read the log.
    /// </summary>
    LastCheckpoint,

    /// <summary>Do nothing: whoever waits knows that all jobs before are done.</summary>
    Nothing,
}

/// <summary>One thing for the writer thread to do.</summary>
internal sealed class LogJob
{
    public required LogJobKind Kind { get; init; }

    public CacheKey Key { get; init; }

    public CachedObjectLease Lease { get; init; }

    /// <summary>Pooled: room for a header, then the bytes.</summary>
    public byte[]? Buffer { get; init; }

    /// <summary>Bytes of the record in <see cref="Buffer"/>, header included.</summary>
    public int Length { get; init; }

    public int Chunk { get; init; }

    public LogManifest Manifest { get; init; }

    /// <summary>Bytes this job holds until it is done.</summary>
    public long Bytes { get; init; }

    /// <summary>Told when the job is done, for those who wait.</summary>
    public TaskCompletionSource? Done { get; init; }
}

/// <summary>
/// What waits for the writer thread, in order, limited by bytes. A full queue takes no more bodies; orders
/// that hold none always fit.
/// </summary>
internal sealed class LogQueue(long bytesMax) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<LogJob> _jobs = new();
    private readonly SemaphoreSlim _ready = new(0);
    private long _bytes;
    private bool _closed;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>False when the queue is full or closed; the job is still the caller's then.</summary>
    public bool TryAdd(LogJob job)
    {
        lock (_gate)
        {
            if (_closed || (job.Bytes > 0 && Bytes > 0 && Bytes + job.Bytes > bytesMax))
            {
                return false;
            }
            // Atomic, because a job that is done gives its bytes back without the lock.
            Interlocked.Add(ref _bytes, job.Bytes);
            _jobs.Enqueue(job);
        }
        _ready.Release();
        return true;
    }

    /// <summary>Waits for the next job. Null when the queue is closed and empty.</summary>
    public LogJob? Take()
    {
        _ready.Wait();
        lock (_gate)
        {
            return _jobs.TryDequeue(out var job) ? job : null;
        }
    }

    /// <summary>Gives back the bytes of a job that is done.</summary>
    public void Done(LogJob job) => Interlocked.Add(ref _bytes, -job.Bytes);

    /// <summary>Takes no more jobs; what waits is still handed out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
        _ready.Release();
    }

    public void Dispose() => _ready.Dispose();
}
