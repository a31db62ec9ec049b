using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Collecting;

/// <summary>Settings of the collector of unused bytes; section <c>Photos:Collecting</c>.</summary>
public sealed class CollectingOptions
{
    /// <summary>How long bytes stay in storage after their last photo was deleted or failed. 0 to 30 d. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Grace { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often the collector looks for what is due. 50 ms to 1 d. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Poll { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class CollectingOptionsValidator : IValidateOptions<CollectingOptions>;
