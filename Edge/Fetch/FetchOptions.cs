using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Fetch;

/// <summary>Deadlines, retries and health of the way to the replicas; section <c>Edge:Fetch</c>.</summary>
public sealed class FetchOptions
{
    /// <summary>Time to a connection. 50 ms to 60 s. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time to a whole head. 50 ms to 10 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan HeadTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Longest silence within a body, and the span over which <see cref="BytesPerSecondMin"/> is taken.
    /// Default 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan ProgressTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A body slower than this is cut: a dripping upstream holds nobody. 0 (off) to 1 GiB. Default 1,024.
    /// </summary>
    [Range(0L, 1L << 30)]
    public long BytesPerSecondMin { get; set; } = 1024;

    /// <summary>Longest time for a whole answer. 1 s to 1 day. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Idle upstream connections are closed after this. Below the 5 s of common servers. Default 4 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Connections to one replica. 1 to 65,535. Default 256.</summary>
    [Range(1, 65_535)]
    public int ConnectionsMax { get; set; } = 256;

    /// <summary>
    /// Extra requests (retries, resumes) as a share of first requests. 0 to 1. Default 0.1.
    /// </summary>
    [Range(0.0, 1.0)]
    public double RetryShare { get; set; } = 0.1;

    /// <summary>Extra requests that are always in reserve. 0 to 10,000. Default 20.</summary>
    [Range(0, 10_000)]
    public int RetryReserve { get; set; } = 20;

    /// <summary>Resumes of one body that broke. 0 to 16. Default 3.</summary>
    [Range(0, 16)]
    public int ResumesMax { get; set; } = 3;

    /// <summary>Failures in a row after which a replica rests. 1 to 1,000. Default 3.</summary>
    [Range(1, 1_000)]
    public int FailuresToRest { get; set; } = 3;

    /// <summary>How long it rests. 100 ms to 1 hour. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RestTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time between active probes, where a site names a health path. 100 ms to 1 hour. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a GET whose head is slower than 95 of 100 is sent to a second replica as well. Default true.
    /// </summary>
    public bool Hedges { get; set; } = true;

    /// <summary>A second replica is never asked before this. 1 ms to 60 s. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan HedgeAfterMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Time after which a stale answer that may stand in for a failed upstream is given instead of waiting
    /// on. Default 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:10:00")]
    public TimeSpan SoftDeadline { get; set; } = TimeSpan.FromSeconds(3);
}

[OptionsValidator]
internal sealed partial class FetchOptionsValidator : IValidateOptions<FetchOptions>;
