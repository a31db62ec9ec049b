using System.Buffers;
using System.Security.Cryptography;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// The thread that writes: takes jobs in order, makes room before each record, takes the checkpoints. It has
/// a thread of its own, because FASTER makes a writer wait while its buffer is being flushed, and no thread
/// that answers requests may wait for a disk.
/// </summary>
internal sealed class LogWorker
{
    private readonly string _directory;
    private readonly LogStore _store;
    private readonly LogQueue _queue;
    private readonly LogClock _clock;
    private readonly LogTierCounters _counters;
    private readonly ILogger _logger;
    private readonly LogEviction _eviction;
    private readonly byte[] _record;
    private readonly byte[] _key = new byte[LogRecord.KeyBytes];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _writeId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private long _spaceCheckedAt = long.MinValue;
    private bool _diskFull;

    public LogWorker(
        EdgeLogOptions options, string directory, LogStore store, LogQueue queue, LogClock clock,
            LogTierCounters counters,
        ILogger logger)
    {
        _directory = directory;
        _store = store;
        _queue = queue;
        _clock = clock;
        _counters = counters;
        _logger = logger;
        _record = GC.AllocateUninitializedArray<byte>(store.Layout.RecordBytesMax, pinned: true);
        _eviction = new LogEviction(options, store, clock, counters);
        new Thread(Run) { Name = "edge log writer", IsBackground = true }.Start();
    }

    /// <summary>Is an object with this head and fill sequence still worth carrying over?</summary>
    public required Func<CacheKey, ReadOnlyMemory<byte>, long, bool> IsValid
    {
        get => _eviction.IsValid;
        init => _eviction.IsValid = value;
    }

    /// <summary>Is the object in use in RAM?</summary>
    public required Func<CacheKey, bool> IsHot
    {
        get => _eviction.IsHot;
        init => _eviction.IsHot = value;
    }

    /// <summary>Ends after the queue was closed and emptied.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Gives back what a job holds.</summary>
    public static void GiveBack(LogJob job)
    {
        if (job.Lease.HasObject)
        {
            job.Lease.Dispose();
        }
        if (job.Buffer is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Run()
    {
        while (_queue.Take() is { } job)
        {
            try
            {
                Do(job);
                job.Done?.SetResult();
            }
            catch (Exception failure)
            {
                // The loop's rim: one failed write is one object less in the cache.
                Interlocked.Increment(ref _counters.Failures);
                _logger.LogJobFailed(failure, job.Kind);
                job.Done?.SetException(failure);
            }
            finally
            {
                GiveBack(job);
                _queue.Done(job);
            }
        }
        _ended.SetResult();
    }

    private void Do(LogJob job)
    {
        switch (job.Kind)
        {
            case LogJobKind.Object:
                WriteObject(job);
                break;
            case LogJobKind.Chunk:
                var chunk = job.Buffer.AsSpan(0, job.Length);
                LogRecord.WriteChunkKey(job.Key, job.Manifest.WriteId, job.Chunk, _key);
                LogRecord.SealChunk(_key, chunk, job.Manifest.WriteId, job.Chunk);
                Write(chunk);
                break;
            case LogJobKind.Manifest:
                var record = job.Buffer.AsSpan(0, job.Length);
                LogRecord.WriteObjectKey(job.Key, _key);
                LogRecord.SealObject(_key, record, job.Manifest);
                if (Write(record))
                {
                    Interlocked.Increment(ref _counters.Written);
                }
                break;
            case LogJobKind.Remove:
                LogRecord.WriteObjectKey(job.Key, _key);
                _store.Delete(_key);
                break;
            case LogJobKind.Checkpoint:
            case LogJobKind.LastCheckpoint:
                _store.Checkpoint(withIndex: job.Kind == LogJobKind.LastCheckpoint);
                Interlocked.Increment(ref _counters.Checkpoints);
                break;
            default:
                break;
        }
    }

    private void WriteObject(LogJob job)
    {
        var lease = job.Lease;
        var writeId = ++_writeId & LogRecord.WriteIdMask;
        var layout = _store.Layout;
        var chunks = 0;
        if (lease.Length > layout.InlineBytes)
        {
            for (long offset = 0; offset < lease.Length; offset += layout.ChunkBytes, chunks++)
            {
                var count = (int)Math.Min(layout.ChunkBytes, lease.Length - offset);
                lease.CopyTo(offset, _record.AsSpan(LogRecord.HeaderBytes, count));
                LogRecord.WriteChunkKey(lease.Key, writeId, chunks, _key);
                var chunk = _record.AsSpan(0, LogRecord.HeaderBytes + count);
                LogRecord.SealChunk(_key, chunk, writeId, chunks);
                if (!Write(chunk))
                {
                    return;
                }
            }
        }
        var manifest = new LogManifest(
            writeId, lease.FillSequence, lease.Length, layout.ChunkBytes, chunks, LogRecord.HeaderBytes,
                lease.Head.Length);
        lease.Head.Span.CopyTo(_record.AsSpan(LogRecord.HeaderBytes));
        var length = manifest.BodyStart;
        if (chunks == 0)
        {
            length += lease.CopyTo(0, _record.AsSpan(manifest.BodyStart, (int)lease.Length));
        }
        LogRecord.WriteObjectKey(lease.Key, _key);
        LogRecord.SealObject(_key, _record.AsSpan(0, length), manifest);
        if (Write(_record.AsSpan(0, length)))
        {
            Interlocked.Increment(ref _counters.Written);
        }
    }

    // The key is in _key. False when the disk is full.
    private bool Write(ReadOnlySpan<byte> record)
    {
        if (IsDiskFull())
        {
            Interlocked.Increment(ref _counters.Dropped);
            return false;
        }
        _store.Write(_key, record);
        Interlocked.Add(ref _counters.WrittenBytes, record.Length);
        _eviction.KeepLimit();
        return true;
    }

    // A flush that fails stays unflushed for ever and FASTER's writer waits for it: better not to begin one
    // that cannot end.
    private bool IsDiskFull()
    {
        var tail = _store.TailAddress;
        if (!_diskFull && tail - _spaceCheckedAt < _store.Layout.PageBytes && _spaceCheckedAt >= 0)
        {
            return false;
        }
        _spaceCheckedAt = tail;
        var free = new DriveInfo(_directory).AvailableFreeSpace;
        var needed =
            (long)_store.Layout.PageBytes * (_store.Layout.BufferPages + 1) + 2 * _store.Layout.IndexBytes;
        if (free < needed && !_diskFull)
        {
            _logger.LogDiskFull(free);
        }
        return _diskFull = free < needed;
    }
}
