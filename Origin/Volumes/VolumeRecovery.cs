using System.Collections.Concurrent;

namespace Flickr.Origin.Volumes;

/// <summary>
/// Opens what a stop, a crash or a power cut left behind. Sealed volumes are read from their footers, the open one from its
/// log; only a tail that nobody was told about is cut.
/// </summary>
internal sealed class VolumeRecovery(IVolumeDisk disk, IRecordSink sink, OriginMetrics metrics, ILogger log)
{
    /// <summary>Fills <paramref name="volumes"/> and returns the volume to append to with its records, or null.</summary>
    public OpenVolume? Run(ConcurrentDictionary<int, Volume> volumes)
    {
        var numbers = disk.List().Select(Volume.NumberOf).Where(number => number > 0).Order().ToList();
        OpenVolume? open = null;
        for (var i = 0; i < numbers.Count; i++)
        {
            var isLast = i == numbers.Count - 1;
            var volume = TryOpen(numbers[i], isLast);
            if (volume is null)
            {
                continue;
            }
            volumes[volume.Number] = volume;
            open = Replay(volume, isLast);
        }
        metrics.VolumesOpen.Set(volumes.Count);
        foreach (var left in disk.List().Where(VolumeCheckpoint.IsName).ToList())
        {
            if (open is null || left != VolumeCheckpoint.NameOf(open.Volume.Number))
            {
                disk.Delete(left);
            }
        }
        return open;
    }

    private Volume? TryOpen(int number, bool isLast)
    {
        var name = Volume.NameOf(number);
        var file = disk.Open(name);
        var bytes = new byte[Superblock.Size];
        var read = file.Read(0, bytes);
        if (Superblock.Read(bytes.AsSpan(0, read)) is { } superblock && superblock.Volume == number)
        {
            return new Volume(number, file, superblock);
        }
        file.Dispose();
        if (!isLast)
        {
            metrics.RecordsDamaged.Inc();
            OriginLog.SuperblockDamaged(log, name);
            return null;
        }
        // The superblock is durable before the first record, so a last volume without one never held any; unless its head
        // rotted, and then the bytes behind it are worth keeping for a person to look at.
        if (read == bytes.Length && bytes.AsSpan(0, 8).SequenceEqual("FLICKRV1"u8))
        {
            metrics.RecordsDamaged.Inc();
            OriginLog.SuperblockDamaged(log, name);
            return null;
        }
        disk.Delete(name);
        disk.SyncDirectory();
        return null;
    }

    private OpenVolume? Replay(Volume volume, bool isLast)
    {
        var footer = VolumeFooter.FindFooter(volume.File, volume.Superblock.Salt);
        if (footer > 0)
        {
            var records = new List<ScannedRecord>();
            if (VolumeFooter.TryRead(volume, footer, records))
            {
                volume.IsSealed = true;
                volume.End = footer;
                Apply(volume, records);
                return null;
            }
            metrics.RecordsDamaged.Inc();
            OriginLog.FooterDamaged(log, volume.Number);
        }
        var isOpen = isLast && footer == 0;
        var known = isOpen ? VolumeCheckpoint.Read(disk, volume) : null;
        var covered = known?.Records.Count ?? 0;
        var scan = VolumeScan.Run(volume, isComplete: !isOpen, known);
        volume.End = scan.End;
        volume.IsSealed = !isOpen;
        if (!volume.IsSealed)
        {
            SettleTail(volume, scan);
        }
        Apply(volume, scan.Records);
        return volume.IsSealed ? null : new OpenVolume(volume, scan.Records, known!, covered);
    }

    /// <summary>
    /// Cuts the torn tail, then writes the last batch once more before flushing: after a failed flush the kernel may hold
    /// pages as clean that never reached the disk, and a flush alone would not write them.
    /// </summary>
    private void SettleTail(Volume volume, VolumeScan scan)
    {
        if (volume.File.Length > scan.End)
        {
            OriginLog.TailCut(log, volume.Number, scan.End, volume.File.Length);
            volume.File.Truncate(scan.End);
        }
        var buffer = new byte[1 << 20];
        for (var offset = scan.LastBatch; offset < scan.End;)
        {
            var read = volume.File.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, scan.End - offset)));
            volume.File.Write(offset, [buffer.AsMemory(0, read)]);
            offset += read;
        }
        volume.File.Sync();
    }

    private void Apply(Volume volume, List<ScannedRecord> records)
    {
        foreach (var record in records)
        {
            var location = RecordLocation.At(volume.Number, record.Offset, record.Header.Length);
            if (!record.IsDamaged)
            {
                sink.Apply(record.Header, location, record.Payload);
                continue;
            }
            metrics.RecordsDamaged.Inc();
            OriginLog.RecordDamaged(log, volume.Number, record.Offset);
            if (record.Header.Kind != RecordKind.None)
            {
                sink.Quarantine(record.Header, location);
            }
        }
    }
}

/// <summary>The volume that takes new records, with those already in it (its footer will list them).</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Records">Its records.</param>
/// <param name="Checkpoint">What its checkpoint said.</param>
/// <param name="CoveredRecords">How many of the records came from the checkpoint.</param>
internal sealed record OpenVolume(
    Volume Volume, List<ScannedRecord> Records, CheckpointRead Checkpoint, int CoveredRecords);
