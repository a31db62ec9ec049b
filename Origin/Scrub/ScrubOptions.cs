using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Origin.Scrub;

/// <summary>Settings of the scrub; section <c>Origin:Scrub</c>.</summary>
public sealed class ScrubOptions
{
    /// <summary>Time between the begin of two scrubs. 1 min to 365 days. Default 14 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan Cycle { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Bytes a second that a scrub reads. 64 KiB to 16 GiB. Default 32 MiB.</summary>
    [Range(64L << 10, 16L << 30)]
    public long BytesPerSecond { get; set; } = 32L << 20;
}

[OptionsValidator]
internal sealed partial class ScrubOptionsValidator : IValidateOptions<ScrubOptions>;
