using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Fleet.Durability;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Backup;

/// <summary>
/// Copies a node's volumes into <c>directory/node-id</c>: sealed ones once, the open one up to the end of its last durable
/// batch. Runs beside reads and writes; what is acknowledged before it begins is in it.
/// </summary>
internal sealed class BackupWriter(VolumeStore volumes, string nodeId, TimeProvider time)
{
    public const string ManifestName = "manifest.json";
    private const int ChunkBytes = 1 << 20;

    public async Task<BackupReport> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var target = Directory.CreateDirectory(Path.Combine(directory, nodeId)).FullName;
        Fsync.Directory(Path.GetDirectoryName(target)!);
        var before = ReadManifest(target);
        var listed = new List<BackedUpVolume>();
        var (copied, bytes) = (0, 0L);
        foreach (var volume in volumes.Volumes.ToList())
        {
            // Read before the length: a volume sealed in between is copied once more next time, never half.
            var isSealed = volume.IsSealed;
            var length = isSealed ? volume.File.Length : volume.End;
            if (isSealed && before?.Volumes.Find(known => known.Number == volume.Number && known.IsSealed) is { } kept
                && kept.Length == length && File.Exists(Path.Combine(target, Volume.NameOf(volume.Number))))
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
                var sha = await CopyAsync(volume, length, target, cancellationToken);
                listed.Add(new BackedUpVolume(volume.Number, length, isSealed, sha));
            }
            finally
            {
                volume.Release();
            }
            copied++;
            bytes += length;
        }
        await WriteDurablyAsync(Path.Combine(target, ManifestName), JsonSerializer.SerializeToUtf8Bytes(
            new BackupManifest(nodeId, time.GetUtcNow().ToUnixTimeMilliseconds(), listed), BackupJson.Default.BackupManifest),
            cancellationToken);
        return new BackupReport(listed.Count, copied, bytes, 0, 0, 0, []);
    }

    /// <summary>Null when the directory holds no finished backup.</summary>
    public static BackupManifest? ReadManifest(string target)
    {
        var path = Path.Combine(target, ManifestName);
        return File.Exists(path)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(path), BackupJson.Default.BackupManifest) : null;
    }

    private static async Task<string> CopyAsync(
        Volume volume, long length, string target, CancellationToken cancellationToken)
    {
        var path = Path.Combine(target, Volume.NameOf(volume.Number));
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        using (var file = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.Write, options: FileOptions.Asynchronous))
        {
            for (long done = 0; done < length;)
            {
                var wanted = (int)Math.Min(ChunkBytes, length - done);
                var read = await volume.File.ReadAsync(done, chunk.AsMemory(0, wanted), cancellationToken);
                if (read != wanted)
                {
                    throw new EndOfStreamException($"Volume {volume.Number} is shorter than its index says.");
                }
                sha.AppendData(chunk, 0, read);
                await RandomAccess.WriteAsync(file, chunk.AsMemory(0, read), done, cancellationToken);
                done += read;
            }
            Fsync.Data(file);
        }
        File.Move(path + ".new", path, overwrite: true);
        Fsync.Directory(target);
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    private static async Task WriteDurablyAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        using (var file = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.Write, options: FileOptions.Asynchronous))
        {
            await RandomAccess.WriteAsync(file, bytes, 0, cancellationToken);
            Fsync.Data(file);
        }
        File.Move(path + ".new", path, overwrite: true);
        Fsync.Directory(Path.GetDirectoryName(path)!);
    }
}
