using System.ComponentModel.DataAnnotations;

namespace Flickr.Tokens;

/// <summary>Limits of a <see cref="TokenMinter"/>.</summary>
public sealed class TokenMinterOptions
{
    /// <summary>Longest lifetime a token may get. 1 minute to 24 hours; edges refuse what is above theirs.
    /// Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LifetimeMax { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Segments a prefix must have at least, so that no token opens everything. 1 to 16. Default
    /// 1.</summary>
    [Range(1, 16)]
    public int PrefixDepthMin { get; set; } = 1;
}
