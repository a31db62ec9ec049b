using System.Security.Cryptography;
using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Placement;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Backup;

/// <summary>
/// Verifies a backup, or plays it into a node. A restore takes from every node's backup in the directory what this node is a
/// home of, with its old generations: played twice, or over newer data, it changes nothing that is newer.
/// </summary>
internal sealed class BackupReader(NodeStore store, ClusterMap map, string nodeId)
{
    /// <summary>Compares every file with the manifest and every record with its checksums and SHA-256.</summary>
    public static async Task<BackupReport> VerifyAsync(string directory, CancellationToken cancellationToken)
    {
        var report = new Tally();
        foreach (var (target, manifest) in BackupsIn(directory))
        {
            foreach (var listed in manifest.Volumes)
            {
                var path = Path.Combine(target, Volume.NameOf(listed.Number));
                await using (var file = File.OpenRead(path))
                {
                    var sha = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
                    if (sha != listed.Sha256 || file.Length != listed.Length)
                    {
                        report.Faults.Add($"{manifest.NodeId}/{Volume.NameOf(listed.Number)}: not what was backed up");
                    }
                    report.Bytes += file.Length;
                }
                report.Volumes++;
                await VisitAsync(target, listed, report, async (volume, record) =>
                {
                    var place = RecordLocation.At(volume.Number, record.Offset, record.Header.Length);
                    if (record.Header.Kind == RecordKind.Put && !await VolumeVerify.IsIdenticalAsync(
                        volume, place, record.Header.Key, isBlob: true, cancellationToken))
                    {
                        report.Faults.Add($"{manifest.NodeId}: blob {record.Header.Key} is damaged");
                    }
                    report.Count(record.Header.Kind);
                });
            }
        }
        return report.ToReport();
    }

    public async Task<BackupReport> RestoreAsync(string directory, CancellationToken cancellationToken)
    {
        var report = new Tally();
        foreach (var (target, manifest) in BackupsIn(directory))
        {
            foreach (var listed in manifest.Volumes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                report.Volumes++;
                report.Bytes += listed.Length;
                await VisitAsync(target, listed, report, async (volume, record) =>
                {
                    if (!Array.Exists(map.PreferenceFor(record.Header.Key).Homes, home => home.Id == nodeId))
                    {
                        report.Skipped++;
                        return;
                    }
                    if (await ApplyAsync(volume, record) is StoreVerdict.Full or StoreVerdict.Failed)
                    {
                        report.Faults.Add($"{record.Header.Key}: the node did not take it");
                    }
                    report.Count(record.Header.Kind);
                });
            }
        }
        return report.ToReport();
    }

    private Task<StoreVerdict> ApplyAsync(Volume volume, in ScannedRecord record)
    {
        var header = record.Header;
        return header.Kind switch
        {
            RecordKind.Put => store.PutAsync(header.Key, header.Generation, new Payload(
                volume, RecordLocation.At(volume.Number, record.Offset, header.Length), header.Checksum), null),
            RecordKind.Touch => store.TouchAsync(header.Key, header.Generation, null),
            RecordKind.Tombstone => store.DeleteAsync(header.Key, header.Generation, null),
            RecordKind.Link or RecordKind.LinkTombstone when Link.Read(record.Payload.Span) is { } link =>
                store.PutLinkAsync(link.Path, header.Generation, record.Payload, header.Kind == RecordKind.LinkTombstone, null),
            _ => Task.FromResult(StoreVerdict.Existed),
        };
    }

    private static async Task VisitAsync(
        string target, BackedUpVolume listed, Tally report, Func<Volume, ScannedRecord, Task> visit)
    {
        var file = new DirectoryDisk(target).Open(Volume.NameOf(listed.Number));
        var bytes = new byte[Superblock.Size];
        if (file.Read(0, bytes) != bytes.Length || Superblock.Read(bytes) is not { } superblock)
        {
            file.Dispose();
            report.Faults.Add($"{Volume.NameOf(listed.Number)}: the superblock is damaged");
            return;
        }
        var volume = new Volume(listed.Number, file, superblock);
        foreach (var record in VolumeScan.Run(volume, isComplete: true).Records)
        {
            if (record.IsDamaged)
            {
                report.Faults.Add($"{Volume.NameOf(listed.Number)}: the record at {record.Offset} is damaged");
                continue;
            }
            await visit(volume, record);
        }
        volume.Release();
    }

    private static IEnumerable<(string Target, BackupManifest Manifest)> BackupsIn(string directory) =>
        Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal)
            .Select(target => (target, DirectoryTarget.ReadManifest(target)))
            .Where(found => found.Item2 is not null).Select(found => (found.target, found.Item2!));

    private sealed class Tally
    {
        private long _blobs;
        private long _links;

        public int Volumes { get; set; }

        public long Bytes { get; set; }

        public long Skipped { get; set; }

        public List<string> Faults { get; } = [];

        public void Count(RecordKind kind)
        {
            _blobs += kind == RecordKind.Put ? 1 : 0;
            _links += kind == RecordKind.Link ? 1 : 0;
        }

        public BackupReport ToReport() => new(Volumes, 0, Bytes, _blobs, _links, Skipped, Faults);
    }
}
