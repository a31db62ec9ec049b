using System.Text.Json.Serialization;

namespace Flickr.Origin.Backup;

/// <summary>What a backup of one node holds: written last, so a directory without it is no backup.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="TakenMs">When, Unix milliseconds.</param>
/// <param name="Volumes">The volumes, each whole up to its length.</param>
internal sealed record BackupManifest(string NodeId, long TakenMs, List<BackedUpVolume> Volumes);

/// <summary>One volume of a backup. A sealed one is never copied again.</summary>
internal sealed record BackedUpVolume(int Number, long Length, bool IsSealed, string Sha256);

/// <summary>What a backup, a verification or a restore came to.</summary>
internal sealed record BackupReport(
    int Volumes, int VolumesCopied, long Bytes, long Blobs, long Links, long Skipped, List<string> Faults);

[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(BackupReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class BackupJson : JsonSerializerContext;
