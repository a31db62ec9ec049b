using Flickr.Origin.Needles;

namespace Flickr.Origin.Volumes;

/// <summary>
/// Frees the bytes of deleted blobs: copies what is alive out of a sealed volume to the open one, then deletes the file.
/// <para>
/// A copy is an ordinary append, so it is durable before the old place is let go. A tombstone, a touch and a hint are facts,
/// not bytes, and are copied too. The story that must not lose a blob: (1) compaction copies record R; (2) a touch of R comes
/// in between; (3) the volume is dropped. R's entry points at the copy since (1), because the move and the index change are
/// one step on the appender's thread.
/// </para>
/// </summary>
internal sealed class Compactor(NodeStore store, VolumeOptions options, TimeProvider time, OriginMetrics metrics)
{
    /// <summary>Compacts every sealed volume with enough dead bytes; returns how many volumes went.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var dropped = 0;
        foreach (var volume in store.Volumes.Volumes.Where(volume => volume.IsSealed).ToList())
        {
            var records = RecordsOf(volume);
            var dead = records.Where(record => !IsNeeded(volume, record)).Sum(record => record.Header.RecordBytes);
            if (dead < options.CompactionDeadShare * (volume.End - Superblock.Size) || records.Exists(record => record.IsDamaged))
            {
                continue;
            }
            if (await MoveAsync(volume, records, cancellationToken))
            {
                var length = volume.File.Length;
                store.Volumes.Drop(volume.Number);
                metrics.CompactedBytes.Inc(length);
                dropped++;
            }
        }
        return dropped;
    }

    /// <summary>From the footer, which costs a thousandth of reading the volume; from the log when the footer is damaged.</summary>
    private static List<ScannedRecord> RecordsOf(Volume volume)
    {
        var records = new List<ScannedRecord>();
        var footer = VolumeFooter.FindFooter(volume.File, volume.Superblock.Salt);
        return footer > 0 && VolumeFooter.TryRead(volume, footer, records)
            ? records : VolumeScan.Run(volume, isComplete: true).Records;
    }

    private bool IsNeeded(Volume volume, in ScannedRecord record) => store.Needs(
        record.Header, PlaceOf(volume, record), record.Payload.Span);

    private async Task<bool> MoveAsync(Volume volume, List<ScannedRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            if (record.Header.Kind == RecordKind.Put)
            {
                store.Forget(record.Header.Key, PlaceOf(volume, record));
            }
            if (!IsNeeded(volume, record))
            {
                continue;
            }
            if (!await store.MoveAsync(record.Header, PlaceOf(volume, record), record.Payload))
            {
                return false;
            }
            var pause = TimeSpan.FromSeconds((double)record.Header.RecordBytes / options.CompactionBytesPerSecond);
            if (pause > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(pause, time, cancellationToken);
            }
        }
        // Places must be empty by now; a fact that was copied is simply there twice.
        return !records.Exists(record => record.Header.Kind is RecordKind.Put or RecordKind.Link or RecordKind.LinkTombstone
            && IsNeeded(volume, record));
    }

    private static RecordLocation PlaceOf(Volume volume, in ScannedRecord record) =>
        RecordLocation.At(volume.Number, record.Offset, record.Header.Length);
}
