using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Origin.ObjectStore;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Backup;

/// <summary>
/// A backup in an S3-compatible bucket, below <c>prefix/node-id/</c>, with the names that it has in a directory. An object appears
/// whole or not at all, so nothing is renamed.
/// </summary>
internal sealed class BucketTarget(S3Bucket bucket, string prefix, string nodeId) : IBackupTarget
{
    private const string Scheme = "s3://";
    private const int PageKeys = 1_000;

    /// <summary>Bucket and prefix of an address such as <c>s3://backups/flickr</c>; null when it is none.</summary>
    public static (string Bucket, string Prefix)? Parse(string address)
    {
        if (!address.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }
        var parts = address[Scheme.Length..].Trim('/').Split('/', 2);
        return parts[0].Length == 0 ? null : (parts[0], parts.Length > 1 ? parts[1] : "");
    }

    public async Task<BackupManifest?> ReadManifestAsync(CancellationToken cancellationToken) =>
        await bucket.ReadAsync(KeyOf(BackupWriter.ManifestName), cancellationToken) is { } found
            ? JsonSerializer.Deserialize(found.Bytes, BackupJson.Default.BackupManifest) : null;

    public async Task<bool> HasAsync(int volume, CancellationToken cancellationToken)
    {
        var key = KeyOf(Volume.NameOf(volume));
        return (await bucket.ListAsync(key, "", null, 1, cancellationToken)).Keys.Contains(key);
    }

    public async Task<string> CopyAsync(Volume volume, long length, CancellationToken cancellationToken)
    {
        await using var bytes = RereadStream.Of(volume, length);
        var sha = Convert.ToHexStringLower(await SHA256.HashDataAsync(bytes, cancellationToken));
        bytes.Position = 0;
        await bucket.UploadAsync(KeyOf(Volume.NameOf(volume.Number)), bytes, cancellationToken);
        return sha;
    }

    public async Task WriteManifestAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest));
        await bucket.UploadAsync(KeyOf(BackupWriter.ManifestName), bytes, cancellationToken);
    }

    /// <summary>Brings every node's backup below a prefix into a directory, where it is read as any other.</summary>
    public static async Task FetchAsync(S3Bucket bucket, string prefix, string directory, CancellationToken cancellationToken)
    {
        var root = prefix.Length == 0 ? "" : prefix + "/";
        for (var after = ""; ;)
        {
            var page = await bucket.ListAsync(root, after, null, PageKeys, cancellationToken);
            foreach (var key in page.Keys)
            {
                if (key[root.Length..].Split('/') is not [{ Length: > 0 } node, { Length: > 0 } name]
                    || (name != BackupWriter.ManifestName && Volume.NumberOf(name) == 0) || node.StartsWith('.'))
                {
                    continue;
                }
                var folder = Directory.CreateDirectory(Path.Combine(directory, node)).FullName;
                await using var file = File.Create(Path.Combine(folder, name));
                await using var bytes = await bucket.OpenAsync(key, 0, long.MaxValue / 2, cancellationToken)
                    ?? throw new StoreUnavailableException($"{key} is gone.");
                await bytes.CopyToAsync(file, cancellationToken);
            }
            if (!page.HasMore || page.Keys.Count == 0)
            {
                return;
            }
            after = page.Keys[^1];
        }
    }

    private string KeyOf(string name) => prefix.Length == 0 ? $"{nodeId}/{name}" : $"{prefix}/{nodeId}/{name}";
}
