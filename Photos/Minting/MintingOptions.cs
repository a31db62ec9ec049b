using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Minting;

/// <summary>How long tokens last; section <c>Photos:Tokens</c>.</summary>
public sealed class MintingOptions
{
    /// <summary>Lifetime of a page's token. 1 min to 1 h. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan PageLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Lifetime of an original's token. 30 s to 1 h. Default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan OriginalLifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How old the keys may be before they are fetched again. 1 s to 10 min. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan KeyAgeMax { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class MintingOptionsValidator : IValidateOptions<MintingOptions>;
