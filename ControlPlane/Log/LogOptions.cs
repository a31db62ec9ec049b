using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Log;

/// <summary>How much of the invalidation log is kept; section <c>ControlPlane:Log</c>.</summary>
public sealed class LogOptions
{
    /// <summary>Entries, and with them receipts, kept. 100 to 100,000,000. Default 1,000,000.</summary>
    [Range(100, 100_000_000)]
    public long RowsMax { get; set; } = 1_000_000;

    /// <summary>
    /// Addresses, prefixes, tags and hosts that a snapshot names one by one; older ones fold into its floor
    /// once no token
    /// of their time is left. 100 to 10,000,000. Default 200,000.
    /// </summary>
    [Range(100, 10_000_000)]
    public long InForceMax { get; set; } = 200_000;

    /// <summary>How often the log is shortened. 1 s to 1 day. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CompactEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Recent entries that streams read from memory. 16 to 1,000,000. Default 4,096.</summary>
    [Range(16, 1_000_000)]
    public int RecentMax { get; set; } = 4096;
}

[OptionsValidator]
internal sealed partial class LogOptionsValidator : IValidateOptions<LogOptions>;
