using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Edges;

/// <summary>What edges are promised and asked; section <c>ControlPlane:Stream</c>.</summary>
public sealed class StreamOptions
{
    /// <summary>How long a cut-off edge may vouch for private content. 1 s to 1 h. Default 120 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BoundPrivate { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a cut-off edge may vouch for public content. 1 s to 1 h. Default 300 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BoundPublic { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>
    /// After so long cut off, an edge refuses private content even to fresh tokens. 1 min to 30 days. Default
    /// 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan CutOff { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// An edge counts as live so long after its stream was last known to stand. 3 s to 2 min. Default 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:03", "00:02:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Entries in one part of a snapshot. 1 to 100,000. Default 2,000.</summary>
    [Range(1, 100_000)]
    public int SnapshotPart { get; set; } = 2000;

    /// <summary>Longest wait that <c>?wait=</c> may ask for. 1 s to 10 min. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Streams at a time. 1 to 100,000. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int StreamsMax { get; set; } = 1000;
}

[OptionsValidator]
internal sealed partial class StreamOptionsValidator : IValidateOptions<StreamOptions>;
