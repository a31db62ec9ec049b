using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Collapse;

/// <summary>Limits of request collapsing; section <c>Edge:Collapse</c>.</summary>
public sealed class CollapseOptions
{
    /// <summary>
    /// Age after which a fill without a head is joined by no one: the next caller leads a new one. Default 30
    /// s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan FillAgeMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest wait of a follower for the head; then stale if allowed, else alone. Default 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan ReaderWaitMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes of one fill that are held in memory; what is older lies in the spool. 128 KiB to 1 GiB. Default
    /// 8 MiB.
    /// </summary>
    [Range(128L << 10, 1L << 30)]
    public long WindowBytes { get; set; } = 8L << 20;

    /// <summary>Bytes of all spools together; a fill beyond it is cut. 0 to 1 TiB. Default 8 GiB.</summary>
    [Range(0L, 1L << 40)]
    public long SpoolBytesMax { get; set; } = 8L << 30;

    /// <summary>
    /// Bytes that a fill still fetches when all who read it have left; one that is 30 % there is fetched whole. 0
    /// to 1 TiB. Default 8 MiB.
    /// </summary>
    [Range(0L, 1L << 40)]
    public long UnreadBytesMax { get; set; } = 8L << 20;

    /// <summary>How long a fill goes on that nobody reads. 0 to 1 hour. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UnreadTimeMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a key that proved uncacheable is not collapsed. 0 to 1 hour. Default 2 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UncacheableMemory { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Keys with a failed fill that are remembered. 16 to 1,000,000. Default 10,000.</summary>
    [Range(16, 1_000_000)]
    public int FailuresMax { get; set; } = 10_000;

    /// <summary>
    /// Two failures of a key within this time make a negative entry. 0 to 5 min. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan FailureWindow { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class CollapseOptionsValidator : IValidateOptions<CollapseOptions>;
