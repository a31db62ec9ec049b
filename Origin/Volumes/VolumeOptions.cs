using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Origin.Volumes;

/// <summary>Settings of the volumes; section <c>Origin:Volumes</c>.</summary>
public sealed class VolumeOptions
{
    /// <summary>Bytes at which a volume is sealed and a new one opened. 1 MiB to 64 GiB. Default 1 GiB.</summary>
    [Range(1L << 20, 64L << 30)]
    public long VolumeBytesMax { get; set; } = 1L << 30;

    /// <summary>Bytes written before one flush acknowledges them all. 64 KiB to 1 GiB. Default 32 MiB.</summary>
    [Range(64L << 10, 1L << 30)]
    public long BatchBytesMax { get; set; } = 32L << 20;

    /// <summary>Records that may wait for the appender. 16 to 65,536. Default 4,096.</summary>
    [Range(16, 65_536)]
    public int QueueLengthMax { get; set; } = 4_096;

    /// <summary>Bytes of room made ahead of the writes. 1 MiB to 1 GiB. Default 64 MiB.</summary>
    [Range(1L << 20, 1L << 30)]
    public long AllocateBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Bytes of log after which the open volume's index is noted beside it: what a start after a crash has to read at most.
    /// 64 KiB to 64 GiB. Default 64 MiB.
    /// </summary>
    [Range(64L << 10, 64L << 30)]
    public long CheckpointBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Bytes of the disk never used for new blobs and links, so that deletions and the system still work. 0 to 1 TiB.
    /// Default 512 MiB.
    /// </summary>
    [Range(0L, 1L << 40)]
    public long ReserveBytes { get; set; } = 512L << 20;

    /// <summary>Bytes a second that compaction copies. 64 KiB to 16 GiB. Default 16 MiB.</summary>
    [Range(64L << 10, 16L << 30)]
    public long CompactionBytesPerSecond { get; set; } = 16L << 20;

    /// <summary>Share of dead bytes at which a sealed volume is compacted. 0.05 to 0.95. Default 0.4.</summary>
    [Range(0.05, 0.95)]
    public double CompactionDeadShare { get; set; } = 0.4;
}

[OptionsValidator]
internal sealed partial class VolumeOptionsValidator : IValidateOptions<VolumeOptions>;
