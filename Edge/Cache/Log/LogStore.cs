using FASTER.core;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// The FASTER store and its folder: opened, recovered or made anew. Reads by anybody; writes, checkpoints and
/// truncation by the one writer thread only.
/// </summary>
internal sealed class LogStore : IDisposable
{
    private readonly FasterKV<SpanByte, SpanByte> _store;
    private readonly ManagedLocalStorageDevice _device;
    private readonly DeviceLogCommitCheckpointManager _checkpoints;
    private readonly LogFunctions _functions;
    private readonly LogSessions _sessions;
    private readonly ClientSession<
        SpanByte, SpanByte, LogReadMode, LogOutput, Empty,
        IFunctions<SpanByte, SpanByte, LogReadMode, LogOutput, Empty>> _writer;

    private long _indexedUntil = -1;

    private LogStore(EdgeLogOptions options, LogLayout layout, string directory)
    {
        Layout = layout;
        _functions = new LogFunctions(layout.RecordBytesMax);
        _device = new ManagedLocalStorageDevice(
            Path.Combine(directory, "log"), disableFileBuffering: false, recoverDevice: true);
        _checkpoints = new DeviceLogCommitCheckpointManager(
            new LocalStorageNamedDeviceFactory(disableFileBuffering: false),
            new DefaultCheckpointNamingScheme(Path.Combine(directory, "checkpoints")),
            removeOutdated: true);
        _store = new FasterKV<SpanByte, SpanByte>(new FasterKVSettings<SpanByte, SpanByte>
        {
            IndexSize = layout.IndexBytes,
            LogDevice = _device,
            PageSize = layout.PageBytes,
            SegmentSize = layout.SegmentBytes,
            MemorySize = (long)layout.PageBytes * layout.BufferPages,
            MutableFraction = 0.5,
            // Records never change in place, see LogFunctions: no locks are needed.
            ConcurrencyControlMode = ConcurrencyControlMode.None,
            EqualityComparer = new LogKeyComparer(),
            KeyLength = new LogLength(LogRecord.KeyBytes, LogRecord.KeyBytes + sizeof(int)),
            ValueLength = new LogLength(layout.RecordBytesMax, Math.Min(64 << 10, layout.RecordBytesMax)),
            CheckpointManager = _checkpoints,
        });
        WasRecovered = TryRecover();
        _sessions = new LogSessions(_store, _functions, options.SessionsMax, options.SessionWaitMax);
        _writer = _store.NewSession(_functions);
    }

    public LogLayout Layout { get; }

    /// <summary>True when the last checkpoint was recovered, false when the log began empty.</summary>
    public bool WasRecovered { get; }

    /// <summary>Where the next record goes.</summary>
    public long TailAddress => _store.Log.TailAddress;

    public long BeginAddress => _store.Log.BeginAddress;

    /// <summary>Bytes of segment files that may be there.</summary>
    public long SegmentsBytes => RoundUp(TailAddress) - RoundDown(BeginAddress);

    /// <summary>
    /// Opens the log in a folder. A log of another layout, or one without a usable checkpoint, is deleted: it
    /// is a cache.
    /// </summary>
    /// <param name="options">Limits.</param>
    /// <param name="layout">Sizes.</param>
    /// <param name="directory">Folder of the log, for this process alone.</param>
    /// <param name="failed">Hears of what could not be recovered.</param>
    public static LogStore Open(EdgeLogOptions options, LogLayout layout, string directory,
        Action<Exception> failed)
    {
        var signature = Path.Combine(directory, "layout");
        if (!File.Exists(signature) || File.ReadAllText(signature) != layout.Signature)
        {
            Clear(directory);
        }
        Directory.CreateDirectory(directory);
        File.WriteAllText(signature, layout.Signature);
        LogStore? store = null;
        try
        {
            store = new LogStore(options, layout, directory);
            if (store.WasRecovered || store.TailAddress == store.BeginAddress && !HasSegments(directory))
            {
                return store;
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            failed(failure);
        }
        store?.Dispose();
        Clear(directory);
        Directory.CreateDirectory(directory);
        File.WriteAllText(signature, layout.Signature);
        return new LogStore(options, layout, directory);
    }

    /// <summary>
    /// Reads a record. The buffer is pooled and the caller's. Null when there is none under the key, <see
    /// cref="LogRead.Busy"/> when no session was free in time.
    /// </summary>
    public async ValueTask<LogRead> ReadAsync(byte[] key, CancellationToken cancellationToken)
    {
        if (await _sessions.RentAsync(cancellationToken) is not { } session)
        {
            return LogRead.Busy;
        }
        var whole = false;
        try
        {
            // Not cancelled half way: the session would be left with a read in the air.
            var (status, output) = (await Begin(session, key)).Complete();
            whole = true;
            return status.Found ? new LogRead(output.Buffer, output.Length) : LogRead.None;
        }
        finally
        {
            if (whole)
            {
                _sessions.Return(session);
            }
            else
            {
                _sessions.Discard();
            }
        }
    }

    /// <summary>Writes a record. Writer thread only; waits while the write buffer is full.</summary>
    public unsafe void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        fixed (byte* keyStart = key, recordStart = record)
        {
            var storeKey = SpanByte.FromPointer(keyStart, key.Length);
            var value = SpanByte.FromPointer(recordStart, record.Length);
            if (_writer.Upsert(ref storeKey, ref value).IsPending)
            {
                _writer.CompletePending(wait: true);
            }
        }
    }

    /// <summary>Deletes a record. Writer thread only.</summary>
    public unsafe void Delete(ReadOnlySpan<byte> key)
    {
        fixed (byte* keyStart = key)
        {
            var storeKey = SpanByte.FromPointer(keyStart, key.Length);
            if (_writer.Delete(ref storeKey).IsPending)
            {
                _writer.CompletePending(wait: true);
            }
        }
    }

    /// <summary>
    /// Address of the current record under a key, and its header in a pooled buffer of the caller's. Writer
    /// thread only.
    /// </summary>
    public unsafe (long Address, byte[]? Header) Locate(ReadOnlySpan<byte> key)
    {
        fixed (byte* keyStart = key)
        {
            var storeKey = SpanByte.FromPointer(keyStart, key.Length);
            var input = LogReadMode.Header;
            LogOutput output = default;
            ReadOptions options = default;
            var status = _writer.Read(ref storeKey, ref input, ref output, ref options, out var metadata);
            if (!status.IsPending)
            {
                return status.Found && output.Length == LogRecord.HeaderBytes
                    ? (metadata.Address, output.Buffer) : (0, null);
            }
            _writer.CompletePendingWithOutputs(out var completed, wait: true);
            using (completed)
            {
                if (completed.Next() && completed.Current.Status.Found
                    && completed.Current.Output.Length == LogRecord.HeaderBytes)
                {
                    return (completed.Current.RecordMetadata.Address, completed.Current.Output.Buffer);
                }
            }
            return (0, null);
        }
    }

    /// <summary>
    /// Makes what was written so far recoverable. Writer thread only; waits. The index is written along only
    /// when the log has grown enough since, or when asked for: recovery makes the rest of the index from the
    /// log.
    /// </summary>
    public void Checkpoint(bool withIndex = false)
    {
        var tail = TailAddress;
        withIndex |= _indexedUntil < 0 || tail - _indexedUntil > Layout.IndexEveryBytes;
        var taking = withIndex
            ? _store.TakeFullCheckpointAsync(CheckpointType.FoldOver)
            : _store.TakeHybridLogCheckpointAsync(CheckpointType.FoldOver);
        if (!taking.AsTask().GetAwaiter().GetResult().success)
        {
            throw new IOException("a checkpoint of the log tier did not succeed");
        }
        if (withIndex)
        {
            _indexedUntil = tail;
        }
    }

    /// <summary>End of the oldest segment.</summary>
    public long OldestSegmentEnd => RoundDown(BeginAddress) + Layout.SegmentBytes;

    /// <summary>Visits the records below an address, oldest first. Writer thread only.</summary>
    public void Scan(long endAddress, LogScanVisitor visit)
    {
        using var records = _store.Log.Scan(BeginAddress, endAddress, ScanBufferingMode.SinglePageBuffering);
        while (records.GetNext(out var info))
        {
            ref var key = ref records.GetKey();
            ref var value = ref records.GetValue();
            if (info.Tombstone || key.Length != LogRecord.KeyBytes
                || (uint)value.Length > (uint)Layout.RecordBytesMax)
            {
                continue;
            }
            visit(key.AsReadOnlySpan(), value.AsReadOnlySpan(), records.CurrentAddress);
        }
    }

    /// <summary>
    /// Gives up everything below an address. The new beginning is made recoverable before the files go, so
    /// that a crash in between cannot leave a checkpoint that points at files that are gone.
    /// </summary>
    public void TruncateBelow(long address)
    {
        _store.Log.ShiftBeginAddress(address, snapToPageStart: false, truncateLog: false);
        Checkpoint();
        _store.Log.Truncate();
    }

    /// <summary>Waits for the reads under way. False when they did not end in time.</summary>
    public Task<bool> DrainReadsAsync(TimeSpan waitAtMost) => _sessions.DrainAsync(waitAtMost);

    public void Dispose()
    {
        // Sessions first: the store waits for them.
        _writer.Dispose();
        _sessions.Dispose();
        _store.Dispose();
        _checkpoints.Dispose();
        _device.Dispose();
    }

    private static unsafe ValueTask<FasterKV<SpanByte, SpanByte>.ReadAsyncResult<LogReadMode, LogOutput,
        Empty>> Begin(
        ClientSession<
            SpanByte, SpanByte, LogReadMode, LogOutput, Empty,
            IFunctions<SpanByte, SpanByte, LogReadMode, LogOutput, Empty>> session,
        byte[] key)
    {
        // FASTER keeps a copy of the key when the read has to go to disk.
        fixed (byte* keyStart = key)
        {
            var storeKey = SpanByte.FromPointer(keyStart, key.Length);
            var input = LogReadMode.Whole;
            return session.ReadAsync(ref storeKey, ref input);
        }
    }

    private bool TryRecover()
    {
        if (!_checkpoints.GetLogCheckpointTokens().Any())
        {
            return false;
        }
        _store.Recover();
        return true;
    }

    private static bool HasSegments(string directory) => Directory.EnumerateFiles(directory, "log.*").Any();

    private static void Clear(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }
        foreach (var file in Directory.EnumerateFiles(directory, "log.*"))
        {
            File.Delete(file);
        }
        var checkpoints = Path.Combine(directory, "checkpoints");
        if (Directory.Exists(checkpoints))
        {
            Directory.Delete(checkpoints, recursive: true);
        }
    }

    private long RoundDown(long address) => address & ~(Layout.SegmentBytes - 1);

    private long RoundUp(long address) => RoundDown(address + Layout.SegmentBytes - 1);
}

/// <summary>Sees one record of a scan; the spans are valid during the call.</summary>
internal delegate void LogScanVisitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record, long address);

/// <summary>What a read found.</summary>
/// <param name="Buffer">Pooled, the caller's; null when nothing was found or the record's length cannot be
/// right.</param>
/// <param name="Length">Bytes of the record; -1 when it cannot be right; -2 when no session was free.</param>
internal readonly record struct LogRead(byte[]? Buffer, int Length)
{
    public static readonly LogRead None = new(null, 0);

    public static readonly LogRead Busy = new(null, -2);

    public bool IsBusy => Length == -2;

    public bool IsBroken => Length == -1;
}
