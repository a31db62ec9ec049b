using System.Collections.Concurrent;

namespace Flickr.Origin.Volumes;

/// <summary>
/// All volumes of a node: opens and recovers them, appends through one ordered appender, reads. Thread-safe.
/// </summary>
internal sealed class VolumeStore : IDisposable
{
    private readonly IVolumeDisk _disk;
    private readonly VolumeOptions _options;
    private readonly OriginMetrics _metrics;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<int, Volume> _volumes = new();
    private readonly BlockingCollection<AppendRequest> _queue;
    private readonly VolumeAppender _appender;
    private readonly Thread _thread;
    private int _disposed;

    private VolumeStore(IVolumeDisk disk, VolumeOptions options, IRecordSink sink, string nodeId, TimeProvider time,
        OriginMetrics metrics, ILogger log)
    {
        _disk = disk;
        _options = options;
        _metrics = metrics;
        _log = log;
        _queue = new BlockingCollection<AppendRequest>(options.QueueLengthMax);
        var recovery = new VolumeRecovery(disk, sink, metrics, log);
        var open = recovery.Run(_volumes);
        _appender = new VolumeAppender(disk, options, sink, metrics, log, _volumes, nodeId, time, open);
        _thread = new Thread(() => _appender.Run(_queue)) { IsBackground = true, Name = "origin-appender" };
    }

    /// <summary>Opens the volumes on a disk, replays them into <paramref name="sink"/> and starts the appender.</summary>
    /// <exception cref="IOException">The disk cannot be read or made durable.</exception>
    public static VolumeStore Open(IVolumeDisk disk, VolumeOptions options, IRecordSink sink, string nodeId,
        TimeProvider time, OriginMetrics metrics, ILogger log)
    {
        var store = new VolumeStore(disk, options, sink, nodeId, time, metrics, log);
        store._thread.Start();
        return store;
    }

    /// <summary>False after the disk failed: nothing is acknowledged any more until the node is started again.</summary>
    public bool IsWritable => !_appender.HasFailed;

    public IEnumerable<Volume> Volumes => _volumes.Values.OrderBy(volume => volume.Number);

    /// <summary>Bytes the disk still takes before its reserve.</summary>
    public long FreeBytes => _disk.FreeBytes - _options.ReserveBytes;

    /// <summary>Appends a record and waits until it is durable. The payload must stay readable until then.</summary>
    public async Task<AppendOutcome> AppendAsync(AppendRequest request)
    {
        if (_appender.HasFailed)
        {
            return AppendOutcome.Failed;
        }
        try
        {
            _queue.Add(request);
        }
        catch (InvalidOperationException)
        {
            return AppendOutcome.Failed;
        }
        return await request.Done;
    }

    /// <summary>The volume, held open until <see cref="Volume.Release"/>; null when it is gone.</summary>
    public Volume? Lease(int number) =>
        _volumes.TryGetValue(number, out var volume) && volume.TryLease() ? volume : null;

    /// <summary>Reads a record's whole payload and compares its checksum; null when it is damaged or gone.</summary>
    public byte[]? ReadWhole(RecordLocation location)
    {
        var volume = Lease(location.Volume);
        if (volume is null)
        {
            return null;
        }
        try
        {
            var head = new byte[RecordHeader.Size];
            if (volume.File.Read(location.Offset, head) != head.Length
                || !RecordHeader.TryRead(head, volume.Superblock.Salt, location.Offset, out var header))
            {
                return null;
            }
            var bytes = new byte[header.Length];
            return volume.File.Read(location.PayloadOffset, bytes) == bytes.Length
                && System.IO.Hashing.XxHash3.HashToUInt64(bytes) == header.Checksum ? bytes : null;
        }
        finally
        {
            volume.Release();
        }
    }

    /// <summary>Seals the open volume at the next batch, so that it can be compacted or copied as a whole.</summary>
    public void SealSoon() => _appender.SealSoon();

    /// <summary>Deletes a sealed volume of which nothing is needed any more.</summary>
    public void Drop(int number)
    {
        if (_volumes.TryRemove(number, out var volume))
        {
            _disk.Delete(Volume.NameOf(number));
            _disk.SyncDirectory();
            volume.Release();
            OriginLog.VolumeDropped(_log, number);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        _queue.CompleteAdding();
        _thread.Join();
        foreach (var volume in _volumes.Values)
        {
            volume.Release();
        }
        _queue.Dispose();
        _metrics.VolumesOpen.Set(0);
    }
}
