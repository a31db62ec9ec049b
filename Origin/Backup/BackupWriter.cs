using Flickr.Origin.Volumes;

namespace Flickr.Origin.Backup;

/// <summary>
/// Copies a node's volumes to a target: sealed ones once, the open one up to the end of its last durable batch. Runs beside reads and
/// writes; what is acknowledged before it begins is in it.
/// </summary>
internal sealed class BackupWriter(VolumeStore volumes, string nodeId, TimeProvider time)
{
    public const string ManifestName = "manifest.json";

    /// <summary>Into <c>directory/node-id</c>.</summary>
    public Task<BackupReport> RunAsync(string directory, CancellationToken cancellationToken) =>
        RunAsync(new DirectoryTarget(Path.Combine(directory, nodeId)), cancellationToken);

    public async Task<BackupReport> RunAsync(IBackupTarget target, CancellationToken cancellationToken)
    {
        var before = await target.ReadManifestAsync(cancellationToken);
        var listed = new List<BackedUpVolume>();
        var (copied, bytes) = (0, 0L);
        foreach (var volume in volumes.Volumes.ToList())
        {
            // Read before the length: a volume sealed in between is copied once more next time, never half.
            var isSealed = volume.IsSealed;
            var length = isSealed ? volume.File.Length : volume.End;
            if (isSealed && before?.Volumes.Find(known => known.Number == volume.Number && known.IsSealed) is { } kept
                && kept.Length == length && await target.HasAsync(volume.Number, cancellationToken))
            {
                listed.Add(kept);
                continue;
            }
            if (!volume.TryLease())
            {
                continue;
            }
            try
            {
                listed.Add(new BackedUpVolume(volume.Number, length, isSealed, await target.CopyAsync(volume, length, cancellationToken)));
            }
            finally
            {
                volume.Release();
            }
            copied++;
            bytes += length;
        }
        await target.WriteManifestAsync(
            new BackupManifest(nodeId, time.GetUtcNow().ToUnixTimeMilliseconds(), listed), cancellationToken);
        return new BackupReport(listed.Count, copied, bytes, 0, 0, 0, []);
    }
}
