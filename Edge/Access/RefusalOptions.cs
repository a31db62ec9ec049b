using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Access;

/// <summary>What forged tokens may cost; section <c>Edge:Access</c>.</summary>
public sealed class RefusalOptions
{
    /// <summary>
    /// Forged or malformed tokens that a source (a /24 of IPv4, a /56 of IPv6) may show in a row; after them only tokens
    /// that are known already are looked at from there. 1 to 1,000,000. Default 200.
    /// </summary>
    [Range(1, 1_000_000)]
    public int RefusalsMax { get; set; } = 200;

    /// <summary>Of these, how many come back in a second. 1 to 1,000,000. Default 20.</summary>
    [Range(1, 1_000_000)]
    public int RefusalsPerSecond { get; set; } = 20;

    /// <summary>
    /// Public-key signatures that are verified at a time; 0: half the processors, one at least. 0 to 256. Default 0.
    /// </summary>
    [Range(0, 256)]
    public int SignaturesAtOnce { get; set; }

    /// <summary>Requests that wait for their signature to be verified. 0 to 65,536. Default 512.</summary>
    [Range(0, 65_536)]
    public int SignaturesWaitingMax { get; set; } = 512;
}

[OptionsValidator]
internal sealed partial class RefusalOptionsValidator : IValidateOptions<RefusalOptions>;
