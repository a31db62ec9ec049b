using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Leases;

/// <summary>
/// Originals at a time per viewer, and tokens for one use; section <c>Edge:Leases</c>. A viewer's leases are kept by one
/// edge of the region, its home; used tokens by one edge of the fleet.
/// </summary>
public sealed class LeaseOptions
{
    /// <summary>
    /// Whether a viewer gets no more originals at a time than the token says. Tokens for one use are always held to it.
    /// Default true.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long a request waits for another original to end before it is refused. 0 to 10 s. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Requests of one viewer that wait. 0 to 64. Default 4.</summary>
    [Range(0, 64)]
    public int WaitersMax { get; set; } = 4;

    /// <summary>A lease that nobody renews ends after this. 1 s to 5 min. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Time between renewals of a lease. 100 ms to 1 min. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan RenewInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time for a home at another edge to answer; after it the limit holds on this edge alone. 10 ms to 5 s. Default
    /// 150 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:05")]
    public TimeSpan HomeTimeout { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>
    /// Time for the home of a token for one use to answer; after it the token is refused. 10 ms to 10 s. Default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:10")]
    public TimeSpan OnceTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Viewers whose leases are kept; more are not limited. 100 to 10 million. Default 100,000.</summary>
    [Range(100, 10_000_000)]
    public int ViewersMax { get; set; } = 100_000;

    /// <summary>
    /// Used tokens remembered until they expire; when full, tokens for one use are refused. 100 to 10 million. Default
    /// 1,000,000.
    /// </summary>
    [Range(100, 10_000_000)]
    public int UsedTokensMax { get; set; } = 1_000_000;
}

[OptionsValidator]
internal sealed partial class LeaseOptionsValidator : IValidateOptions<LeaseOptions>;
