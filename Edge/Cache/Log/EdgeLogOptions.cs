using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Cache.Log;

/// <summary>Settings of the edge's log tier on disk; section <c>Edge:Log</c>.</summary>
public sealed class EdgeLogOptions
{
    /// <summary>Use the log tier at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Bytes of disk the log tier may use, checkpoints included. At least six segments. 32 MiB to 64 TiB.
    /// Default 8 GiB.
    /// </summary>
    [Range(32L << 20, 64L << 40)]
    public long BytesMax { get; set; } = 8L << 30;

    /// <summary>Folder of the log tier; relative to <c>Edge:DataDirectory</c>. Default <c>log</c>.</summary>
    [Required]
    public string Directory { get; set; } = "log";

    /// <summary>
    /// Bytes of one page of the log, a power of two: the unit of writing. 1 MiB to 64 MiB. Default 16 MiB.
    /// </summary>
    [Range(1 << 20, 64 << 20)]
    public int PageBytes { get; set; } = 16 << 20;

    /// <summary>Pages held in memory as write buffer, a power of two. 2 to 64. Default 4.</summary>
    [Range(2, 64)]
    public int BufferPages { get; set; } = 4;

    /// <summary>
    /// Bytes of one segment file, a power of two, the unit of eviction; made smaller when <see
    /// cref="BytesMax"/> is less than 16 of them, never smaller than a page. 1 MiB to 1 GiB. Default 256 MiB.
    /// </summary>
    [Range(1 << 20, 1 << 30)]
    public int SegmentBytes { get; set; } = 256 << 20;

    /// <summary>
    /// Bytes of the largest chunk of a body; at most a 16th of a page is used. 64 KiB to 4 MiB. Default 1
    /// MiB.
    /// </summary>
    [Range(64 << 10, 4 << 20)]
    public int ChunkBytes { get; set; } = 1 << 20;

    /// <summary>Bytes of the largest body kept. 64 KiB to 16 GiB. Default 1 GiB.</summary>
    [Range(64L << 10, 16L << 30)]
    public long ObjectBytesMax { get; set; } = 1L << 30;

    /// <summary>Reads from the log at one time. 1 to 1024. Default 32.</summary>
    [Range(1, 1024)]
    public int SessionsMax { get; set; } = 32;

    /// <summary>Longest wait for a free session; longer is a miss. 0 to 1 s. Default 20 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan SessionWaitMax { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Bytes of bodies that wait to be written; more are dropped. 1 MiB to 4 GiB. Default 32 MiB.
    /// </summary>
    [Range(1L << 20, 4L << 30)]
    public long QueueBytesMax { get; set; } = 32L << 20;

    /// <summary>Time between two checkpoints when something was written. 1 s to 1 h. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CheckpointEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Write every object at once instead of only those asked for a second time. For tests and for filling a
    /// new edge. Default false.
    /// </summary>
    public bool AdmitAll { get; set; }

    /// <summary>
    /// Share of a segment that may be carried over when it is evicted. 0 to 0.75. Default 0.25.
    /// </summary>
    [Range(0.0, 0.75)]
    public double ReinsertShare { get; set; } = 0.25;
}

[OptionsValidator]
internal sealed partial class EdgeLogOptionsValidator : IValidateOptions<EdgeLogOptions>;
