using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Fleet.Durability;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Backup;

/// <summary>A backup in a directory; each file is written beside, flushed and renamed.</summary>
internal sealed class DirectoryTarget : IBackupTarget
{
    private const int ChunkBytes = 1 << 20;
    private readonly string _target;

    public DirectoryTarget(string target)
    {
        _target = Directory.CreateDirectory(target).FullName;
        Fsync.Directory(Path.GetDirectoryName(_target)!);
    }

    public Task<BackupManifest?> ReadManifestAsync(CancellationToken cancellationToken) => Task.FromResult(ReadManifest(_target));

    public Task<bool> HasAsync(int volume, CancellationToken cancellationToken) =>
        Task.FromResult(File.Exists(Path.Combine(_target, Volume.NameOf(volume))));

    public Task<string> CopyAsync(Volume volume, long length, CancellationToken cancellationToken) =>
        CopyAsync(volume, length, _target, cancellationToken);

    public Task WriteManifestAsync(BackupManifest manifest, CancellationToken cancellationToken) => WriteDurablyAsync(
        Path.Combine(_target, BackupWriter.ManifestName),
        JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest), cancellationToken);

    /// <summary>Null when the directory holds no finished backup.</summary>
    public static BackupManifest? ReadManifest(string target)
    {
        var path = Path.Combine(target, BackupWriter.ManifestName);
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
