using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Resumable;

/// <summary>Uploads in parts; section <c>Photos:Resumable</c>.</summary>
public sealed class ResumableOptions
{
    /// <summary>How long an unfinished upload is kept after its last part. 1 min to 30 d. Default 1 d.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Unfinished uploads of one account. 1 to 10,000. Default 100.</summary>
    [Range(1, 10_000)]
    public int UnfinishedMax { get; set; } = 100;

    /// <summary>Bytes that all unfinished uploads together may have announced. 1 MiB to 1 PiB. Default 20 GiB.</summary>
    [Range(1L << 20, 1L << 50)]
    public long BytesMax { get; set; } = 20L << 30;

    /// <summary>Bytes above which clients are told to send in parts. 0 to 1 TiB. Default 16 MB.</summary>
    [Range(0L, 1L << 40)]
    public long AboveBytes { get; set; } = 16_000_000;
}

[OptionsValidator]
internal sealed partial class ResumableOptionsValidator : IValidateOptions<ResumableOptions>;
