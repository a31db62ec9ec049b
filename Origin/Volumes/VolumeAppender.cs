using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The one writer of a node's log, on a thread of its own. It drains the queue, writes a batch in offset order, flushes once,
/// publishes to the index, then answers everyone. A failed flush or write ends it: nothing is acknowledged after it,
/// because after a failed flush nobody can tell what is on the disk.
/// </summary>
internal sealed class VolumeAppender(IVolumeDisk disk, VolumeOptions options, IRecordSink sink, OriginMetrics metrics,
    ILogger log, ConcurrentDictionary<int, Volume> volumes, string nodeId, TimeProvider time, OpenVolume? open)
{
    private const int CopyBytes = 1 << 20;
    private const long EarlyWriteBytes = 2 << 20;
    private const int FooterBytesMax = 16 << 20;
    private readonly List<AppendRequest> _batch = [];
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly ArrayBufferWriter<byte> _footer = new();
    private long _footerEntries;
    private Volume? _open;
    private VolumeCheckpoint? _checkpoint;
    private long _allocated;
    private volatile bool _hasFailed;
    private volatile bool _sealSoon;

    public bool HasFailed => _hasFailed;

    public void SealSoon() => _sealSoon = true;

    public void Run(BlockingCollection<AppendRequest> queue)
    {
        Resume();
        foreach (var first in queue.GetConsumingEnumerable())
        {
            _batch.Clear();
            _batch.Add(first);
            var bytes = first.RecordBytes;
            while (bytes < options.BatchBytesMax && queue.TryTake(out var next))
            {
                _batch.Add(next);
                bytes += next.RecordBytes;
            }
            metrics.QueueLength.Set(queue.Count);
            Commit();
        }
        if (!_hasFailed)
        {
            _checkpoint?.Write(_footer.WrittenMemory, log);
        }
        _checkpoint?.Close();
    }

    private void Resume()
    {
        if (open is null)
        {
            return;
        }
        _open = open.Volume;
        _allocated = _open.File.Length;
        var covered = 0;
        for (var i = 0; i < open.Records.Count; i++)
        {
            if (i == open.CoveredRecords)
            {
                covered = _footer.WrittenCount;
            }
            var record = open.Records[i];
            if (!record.IsDamaged)
            {
                AddToFooter(record.Offset, record.Header, record.Payload.Span);
            }
        }
        covered = open.CoveredRecords == open.Records.Count ? _footer.WrittenCount : covered;
        _checkpoint = new VolumeCheckpoint(disk, _open, open.Checkpoint.To, open.Checkpoint.FileLength, covered);
        open = null;
    }

    /// <summary>Writes the batch as runs of one volume each; a run that fails answers for itself.</summary>
    private void Commit()
    {
        var done = 0;
        while (done < _batch.Count)
        {
            var count = 0;
            try
            {
                count = _hasFailed ? _batch.Count - done : PrepareRun(done);
                var run = _batch.GetRange(done, count);
                Answer(run, _hasFailed ? AppendOutcome.Failed : WriteRun(run));
            }
            catch (Exception error)
            {
                count = _batch.Count - done;
                Answer(_batch.GetRange(done, count), OutcomeOf(error));
            }
            done += count;
        }
    }

    /// <summary>Sees to an open volume with room for the next request; returns how many requests fit into it.</summary>
    private int PrepareRun(int start)
    {
        var needed = _batch[start].RecordBytes;
        if (_open is not null
            && _open.End > Superblock.Size
            && (_sealSoon || _open.End + needed > options.VolumeBytesMax || _footer.WrittenCount > FooterBytesMax))
        {
            Seal();
        }
        _open ??= CreateVolume();
        var end = _open.End;
        var count = 0;
        while (start + count < _batch.Count
            && (count == 0 || end + _batch[start + count].RecordBytes <= options.VolumeBytesMax))
        {
            end += _batch[start + count].RecordBytes;
            count++;
        }
        return count;
    }

    private AppendOutcome WriteRun(List<AppendRequest> run)
    {
        var volume = _open!;
        var start = volume.End;
        var length = run.Sum(request => request.RecordBytes);
        if (disk.FreeBytes - length < options.ReserveBytes && !run.TrueForAll(request => request.MayUseReserve))
        {
            return RefuseAsFull(run);
        }
        var began = time.GetTimestamp();
        try
        {
            Reserve(volume, start + length);
            WriteRecords(volume, run, start);
        }
        catch (IOException error) when (FileRoom.IsFull(error))
        {
            OriginLog.DiskFull(log, volume.Number);
            // Nothing of a refused batch may be found by a later recovery.
            volume.File.Truncate(start);
            _allocated = start;
            return AppendOutcome.Full;
        }
        Sync(volume.File);
        metrics.FlushSeconds.Observe(time.GetElapsedTime(began).TotalSeconds);
        metrics.BatchRecords.Observe(run.Count);
        volume.End = start + length;
        foreach (var request in run)
        {
            Publish(request);
        }
        metrics.AppendedBytes.Inc(length);
        if (volume.End - _checkpoint!.From >= options.CheckpointBytes)
        {
            _checkpoint.Write(_footer.WrittenMemory, log);
        }
        return AppendOutcome.Stored;
    }

    private AppendOutcome RefuseAsFull(List<AppendRequest> run)
    {
        if (run.Count == 1)
        {
            return AppendOutcome.Full;
        }
        // Deletions in a mixed run still go through, one by one; they are small and rare.
        foreach (var request in run)
        {
            request.Answer(WriteRun([request]));
        }
        return AppendOutcome.Full;
    }

    private void Reserve(Volume volume, long end)
    {
        if (end > _allocated)
        {
            var target = Math.Max(end, Math.Min(_allocated + options.AllocateBytes, options.VolumeBytesMax));
            target = disk.FreeBytes - (target - _allocated) < options.ReserveBytes ? end : target;
            volume.File.Allocate(target);
            _allocated = target;
        }
    }

    private void WriteRecords(Volume volume, List<AppendRequest> run, long start)
    {
        var heads = ArrayPool<byte>.Shared.Rent(run.Count * RecordHeader.Size);
        try
        {
            _parts.Clear();
            var position = start;
            var partsStart = start;
            for (var i = 0; i < run.Count; i++)
            {
                var request = run[i];
                var head = heads.AsMemory(i * RecordHeader.Size, RecordHeader.Size);
                request.Header = new RecordHeader(request.Kind, i == 0, (uint)request.Payload.Length, request.Key,
                    request.Generation, request.Payload.Checksum);
                request.Header.Write(head.Span, volume.Superblock.Salt, position);
                request.Location = RecordLocation.At(volume.Number, position, (uint)request.Payload.Length);
                _parts.Add(head);
                position += request.RecordBytes;
                if (request.Payload.IsInMemory)
                {
                    AddPadded(request);
                    if (position - partsStart >= EarlyWriteBytes)
                    {
                        volume.File.Write(partsStart, _parts);
                        _parts.Clear();
                        partsStart = position;
                    }
                    continue;
                }
                volume.File.Write(partsStart, _parts);
                _parts.Clear();
                CopyFile(volume, request);
                partsStart = position;
            }
            if (_parts.Count > 0)
            {
                volume.File.Write(partsStart, _parts);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(heads);
        }
    }

    private void AddPadded(AppendRequest request)
    {
        if (request.Payload.Length > 0)
        {
            _parts.Add(request.Payload.Bytes);
        }
        var padding = request.RecordBytes - RecordHeader.Size - request.Payload.Length;
        if (padding > 0)
        {
            _parts.Add(Zeros.AsMemory(0, (int)padding));
        }
    }

    private static void CopyFile(Volume volume, AppendRequest request)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            var hash = new XxHash3();
            for (long done = 0; done < request.Payload.Length;)
            {
                var read = request.Payload.Read(done, buffer.AsSpan(0, CopyBytes));
                if (read == 0)
                {
                    throw new IOException("A staged body is shorter than it was when it was received.", FileRoom.Eio);
                }
                hash.Append(buffer.AsSpan(0, read));
                volume.File.Write(request.Location.PayloadOffset + done, [buffer.AsMemory(0, read)]);
                done += read;
            }
            if (hash.GetCurrentHashAsUInt64() != request.Payload.Checksum)
            {
                throw new IOException("A staged body changed after it was received.", FileRoom.Eio);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Publish(AppendRequest request)
    {
        var payload = VolumeFooter.CarriesPayload(request.Kind) ? request.Payload.Bytes : default;
        AddToFooter(request.Location.Offset, request.Header, payload.Span);
        sink.Apply(request.Header, request.Location, payload);
    }

    private void AddToFooter(long offset, in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        var entry = _footer.GetSpan(8 + RecordHeader.Size + payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(entry, offset);
        header.Write(entry[8..], _open!.Superblock.Salt, offset);
        payload.CopyTo(entry[(8 + RecordHeader.Size)..]);
        _footer.Advance(8 + RecordHeader.Size + payload.Length);
        _footerEntries++;
    }

    private void Seal()
    {
        _sealSoon = false;
        var volume = _open!;
        var payload = new Payload(_footer.WrittenMemory);
        var footer = new AppendRequest(RecordKind.Footer, default, 0, payload);
        var trailer = VolumeFooter.Trailer(volume.End, _footerEntries, volume.Superblock.Salt);
        WriteRecords(volume, [footer], volume.End);
        var length = volume.End + footer.RecordBytes;
        volume.File.Write(length, [trailer]);
        volume.File.Truncate(length + trailer.Length);
        Sync(volume.File);
        volume.IsSealed = true;
        _checkpoint?.Delete();
        (_open, _checkpoint) = (null, null);
        _footer.ResetWrittenCount();
        _footerEntries = 0;
        OriginLog.VolumeSealed(log, volume.Number, volume.End);
    }

    private Volume CreateVolume()
    {
        var number = disk.List().Select(Volume.NumberOf).DefaultIfEmpty().Max() + 1;
        var name = Volume.NameOf(number);
        var superblock = new Superblock(
            number, RandomNumberGenerator.GetBytes(16), time.GetUtcNow().ToUnixTimeMilliseconds(), nodeId);
        var file = disk.Create(name);
        try
        {
            file.Write(0, [superblock.ToArray()]);
            Sync(file);
            disk.SyncDirectory();
        }
        catch (IOException)
        {
            file.Dispose();
            disk.Delete(name);
            throw;
        }
        var volume = new Volume(number, file, superblock) { End = Superblock.Size };
        volumes[number] = volume;
        _checkpoint = new VolumeCheckpoint(disk, volume, Superblock.Size, 0, 0);
        _allocated = Superblock.Size;
        metrics.VolumesOpen.Set(volumes.Count);
        return volume;
    }

    /// <summary>A failed flush is final, also when it says that the disk is full: the pages may be gone.</summary>
    private void Sync(IVolumeFile file)
    {
        try
        {
            file.Sync();
        }
        catch (IOException)
        {
            _hasFailed = true;
            throw;
        }
    }

    private AppendOutcome OutcomeOf(Exception error)
    {
        if (!_hasFailed && error is IOException full && FileRoom.IsFull(full))
        {
            return AppendOutcome.Full;
        }
        _hasFailed = true;
        metrics.DiskFailures.Inc();
        metrics.Writable.Set(0);
        OriginLog.DiskFailed(log, error, _open?.Number ?? 0);
        return AppendOutcome.Failed;
    }

    private static void Answer(List<AppendRequest> run, AppendOutcome outcome) =>
        run.ForEach(request => request.Answer(outcome));

    private static readonly byte[] Zeros = new byte[RecordHeader.Alignment];
}
