using Flickr.Origin.Volumes;

namespace Flickr.Origin.Backup;

/// <summary>Where one node's backup goes: a directory, or a bucket. What is there is whole: a copy that breaks off leaves nothing.</summary>
internal interface IBackupTarget
{
    /// <summary>The manifest of the last finished backup; null when there is none.</summary>
    Task<BackupManifest?> ReadManifestAsync(CancellationToken cancellationToken);

    Task<bool> HasAsync(int volume, CancellationToken cancellationToken);

    /// <summary>Copies a volume up to <paramref name="length"/>; returns the SHA-256 of what was copied.</summary>
    Task<string> CopyAsync(Volume volume, long length, CancellationToken cancellationToken);

    Task WriteManifestAsync(BackupManifest manifest, CancellationToken cancellationToken);
}
