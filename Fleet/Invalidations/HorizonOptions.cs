using System.ComponentModel.DataAnnotations;

namespace Flickr.Fleet.Invalidations;

/// <summary>
/// Bounds of the horizon's tables. A full table forgets its oldest quarter into a floor that covers more than
/// the
/// forgotten entries did: running out of room costs refetches and refusals, never a leak.
/// </summary>
public sealed class HorizonOptions
{
    /// <summary>Single addresses remembered. 16 to 16,777,216. Default 262,144.</summary>
    [Range(16, 1 << 24)]
    public int UrlsMax { get; set; } = 1 << 18;

    /// <summary>Prefixes remembered. 16 to 16,777,216. Default 65,536.</summary>
    [Range(16, 1 << 24)]
    public int PrefixesMax { get; set; } = 1 << 16;

    /// <summary>Tags remembered. 16 to 16,777,216. Default 524,288.</summary>
    [Range(16, 1 << 24)]
    public int TagsMax { get; set; } = 1 << 19;

    /// <summary>Hosts remembered. 16 to 1,048,576. Default 4,096.</summary>
    [Range(16, 1 << 20)]
    public int HostsMax { get; set; } = 1 << 12;

    /// <summary>Owner epochs remembered, 39 bytes each. 16 to 33,554,432. Default 4,194,304.</summary>
    [Range(16, 1 << 25)]
    public int OwnersMax { get; set; } = 1 << 22;

    /// <summary>Viewers remembered. 16 to 16,777,216. Default 1,048,576.</summary>
    [Range(16, 1 << 24)]
    public int ViewersMax { get; set; } = 1 << 20;

    /// <summary>Revoked token ids remembered. 16 to 16,777,216. Default 1,048,576.</summary>
    [Range(16, 1 << 24)]
    public int TokensMax { get; set; } = 1 << 20;

    /// <summary>
    /// Revoked keys remembered; past it every key is refused. 16 to 1,048,576. Default 65,536.
    /// </summary>
    [Range(16, 1 << 20)]
    public int KeysMax { get; set; } = 1 << 16;

    /// <summary>
    /// How far a minter's clock may run ahead: a viewer's tokens issued up to this long after the revocation
    /// are refused
    /// too. 0 to 60 s. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MinterSkew { get; set; } = TimeSpan.FromSeconds(5);
}
