using System.Buffers;
using System.Security.Cryptography;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// The log tier: objects on disk in a FASTER hybrid log, found again after a restart. It promises nothing: a
/// full queue drops, a wrong checksum is a miss. Whether what it finds is still valid is for the caller to
/// judge by head block and fill sequence. Thread-safe; nothing is written on the caller's thread.
/// </summary>
internal sealed class LogTier : IAsyncDisposable
{
    private readonly EdgeLogOptions _options;
    private readonly LogLayout _layout;
    private readonly LogStore _store;
    private readonly LogQueue _queue;
    private readonly LogWorker _worker;
    private readonly LogTierCounters _counters = new();
    private readonly GhostQueue _seen;
    private readonly Lock _seenGate = new();
    private readonly LogClock _clock;
    private readonly FileStream _lock;
    private readonly ITimer _timer;
    private readonly ILogger _logger;
    private ulong _writeId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private int _disposed;

    private LogTier(EdgeLogOptions options, string directory, TimeProvider time, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _layout = new LogLayout(options);
        Directory.CreateDirectory(directory);
        // One process a folder: two would overwrite each other's segments.
        _lock = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
            FileShare.None);
        _store = LogStore.Open(options, _layout, directory,
            failure => logger.LogNotRecovered(failure, directory));
        _queue = new LogQueue(options.QueueBytesMax);
        _seen = new GhostQueue((int)Math.Clamp(options.BytesMax >> 14, 1 << 10, 1 << 22), options.BytesMax);
        _clock = new LogClock(options.BytesMax);
        _worker =
            new LogWorker(options, directory, _store, _queue, _clock, _counters, logger) 
            {
                IsValid = Ask,
                IsHot = key => IsHot?.Invoke(key) ?? false,
            };
        _timer = time.CreateTimer(
            static tier =>
                ((LogTier)tier!).CheckpointWhenDue(), this, options.CheckpointEvery, options.CheckpointEvery);
        logger.LogOpened(directory, _store.SegmentsBytes, _store.WasRecovered);
    }

    /// <summary>
    /// Asked when a segment is evicted: is an object with this head and fill sequence still worth carrying
    /// over?
    /// </summary>
    public Func<CacheKey, ReadOnlyMemory<byte>, long, bool>? IsValid { get; set; }

    /// <summary>
    /// Asked when a segment is evicted: is the object in use without being read from here, because RAM has it?
    /// </summary>
    public Func<CacheKey, bool>? IsHot { get; set; }

    /// <summary>Largest body kept.</summary>
    public long ObjectBytesMax => _options.ObjectBytesMax;

    /// <summary>Longest head block kept.</summary>
    public int HeadBytesMax => _layout.HeadBytesMax;

    /// <summary>True when objects of an earlier run were found.</summary>
    public bool WasRecovered => _store.WasRecovered;

    public LogTierStatistics Statistics =>
        _counters.Picture(_options.BytesMax, _store.SegmentsBytes + 2 * _layout.IndexBytes, _queue.Bytes);

    internal int InlineBytes => _layout.InlineBytes;

    /// <summary>
    /// Opens or makes the log in its folder under <paramref name="dataDirectory"/> and recovers its last
    /// checkpoint. Throws <see cref="IOException"/> when another process has it or the folder cannot be
    /// written.
    /// </summary>
    public static LogTier Open(EdgeLogOptions options, string dataDirectory, TimeProvider time,
        ILogger logger) =>
        new(options, Path.Combine(dataDirectory, options.Directory), time, logger);

    /// <summary>
    /// Finds an object; null when it is not here (or could not be read in time). The object must be disposed.
    /// </summary>
    public async ValueTask<LogObject?> ReadAsync(CacheKey key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _counters.Reads);
        var recordKey = new byte[LogRecord.KeyBytes];
        LogRecord.WriteObjectKey(key, recordKey);
        if (await TryReadAsync(recordKey, cancellationToken) is not { Buffer: { } buffer } read)
        {
            return null;
        }
        if (!LogRecord.TryReadObject(recordKey, buffer.AsSpan(0, read.Length), out var manifest))
        {
            Damaged(key, buffer);
            return null;
        }
        Interlocked.Increment(ref _counters.Hits);
        _clock.Touch(key);
        return new LogObject(this, key, manifest, buffer);
    }

    /// <summary>
    /// Takes over the lease and writes the object in the background. False when the queue is full: dropped.
    /// For <see cref="MemoryTier.Kept"/>.
    /// </summary>
    public bool TryAdmit(in CachedObjectLease lease)
    {
        var bytes = lease.Length + lease.Head.Length;
        if (lease.Length > ObjectBytesMax || lease.Head.Length > HeadBytesMax)
        {
            lease.Dispose();
            return false;
        }
        var admitted = Queue(new LogJob { Kind = LogJobKind.Object, Key = lease.Key, Lease = lease,
            Bytes = Math.Max(bytes, 1) });
        if (!admitted)
        {
            CountDropped();
        }
        return admitted;
    }

    /// <summary>
    /// Begins to write a body that does not fit the RAM tier, chunk by chunk as it arrives; found only after
    /// its commit. Null when the body is too large, or is asked for the first time: only what is asked for
    /// twice goes to disk.
    /// </summary>
    public LogWriter? StartWrite(in CacheKey key, long? expectedLength)
    {
        if (_disposed != 0 || expectedLength > ObjectBytesMax)
        {
            return null;
        }
        if (!_options.AdmitAll)
        {
            lock (_seenGate)
            {
                if (!_seen.Remove(key))
                {
                    _seen.Add(key, expectedLength ?? _layout.ChunkBytes);
                    return null;
                }
            }
        }
        return new LogWriter(this, key, NextWriteId(), _layout.ChunkBytes);
    }

    /// <summary>
    /// Takes an object out, after all that was ordered before. A crash may bring it back: purges go by fill
    /// sequence.
    /// </summary>
    public void Remove(in CacheKey key) => Queue(new LogJob { Kind = LogJobKind.Remove, Key = key });

    /// <summary>Writes what waits and makes everything written so far survive a restart.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) =>
        OrderAsync(LogJobKind.Checkpoint, cancellationToken);

    /// <summary>
    /// Waits until everything ordered so far is in the log; it is found from then on, but would not survive a
    /// crash.
    /// </summary>
    public Task FlushAsync(CancellationToken cancellationToken) =>
        OrderAsync(LogJobKind.Nothing, cancellationToken);

    /// <summary>Writes what waits, takes a last checkpoint and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _timer.DisposeAsync();
        await OrderAsync(LogJobKind.LastCheckpoint, CancellationToken.None);
        _queue.Close();
        await _worker.Ended;
        _queue.Dispose();
        if (await _store.DrainReadsAsync(TimeSpan.FromSeconds(5)))
        {
            _store.Dispose();
        }
        else
        {
            // Closing the store under a read would hang or crash; the process ends soon, the checkpoint is
            // safe.
            _logger.LogReadsLeft();
        }
        await _lock.DisposeAsync();
    }

    internal void CountDropped() => Interlocked.Increment(ref _counters.Dropped);

    internal bool Queue(LogJob job)
    {
        if (_queue.TryAdd(job))
        {
            return true;
        }
        LogWorker.GiveBack(job);
        return false;
    }

    internal async ValueTask<LogChunk?> ReadChunkAsync(
        CacheKey key, LogManifest manifest, int index, CancellationToken cancellationToken)
    {
        var recordKey = new byte[LogRecord.KeyBytes];
        LogRecord.WriteChunkKey(key, manifest.WriteId, index, recordKey);
        if (await TryReadAsync(recordKey, cancellationToken) is not { Buffer: { } buffer } read)
        {
            Interlocked.Increment(ref _counters.LostChunks);
            Remove(key);
            return null;
        }
        if (!LogRecord.IsChunk(recordKey, buffer.AsSpan(0, read.Length), manifest.WriteId, index))
        {
            Damaged(key, buffer);
            return null;
        }
        return new LogChunk(buffer,
            buffer.AsMemory(LogRecord.HeaderBytes, read.Length - LogRecord.HeaderBytes));
    }

    private async Task OrderAsync(LogJobKind kind, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Queue(new LogJob { Kind = kind, Done = done }))
        {
            await done.Task.WaitAsync(cancellationToken);
        }
    }

    private bool Ask(CacheKey key, ReadOnlyMemory<byte> head, long fillSequence) =>
        IsValid?.Invoke(key, head, fillSequence) ?? true;

    private ulong NextWriteId() => Interlocked.Increment(ref _writeId) & LogRecord.WriteIdMask;

    private void CheckpointWhenDue()
    {
        if (_counters.TryBeginCheckpoint())
        {
            Queue(new LogJob { Kind = LogJobKind.Checkpoint });
        }
    }

    private async ValueTask<LogRead> TryReadAsync(byte[] recordKey, CancellationToken cancellationToken)
    {
        if (_disposed != 0)
        {
            return LogRead.None;
        }
        LogRead read;
        try
        {
            read = await _store.ReadAsync(recordKey, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever goes wrong on the disk, the request can still be answered from the origin.
            Interlocked.Increment(ref _counters.Failures);
            _logger.LogReadFailed(failure);
            return LogRead.None;
        }
        if (read.IsBusy)
        {
            Interlocked.Increment(ref _counters.Busy);
        }
        if (read.IsBroken)
        {
            Damaged(CacheKey.Read(recordKey), null);
        }
        return read;
    }

    private void Damaged(in CacheKey key, byte[]? buffer)
    {
        Interlocked.Increment(ref _counters.ChecksumMisses);
        _logger.LogRecordDamaged();
        Remove(key);
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
