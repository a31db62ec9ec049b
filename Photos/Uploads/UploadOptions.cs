using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Uploads;

/// <summary>Limits of uploads; section <c>Photos:Uploads</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>Bytes of one file. 1 KiB to 16 GiB. Default 200 MB.</summary>
    [Range(1L << 10, 16L << 30)]
    public long BytesMax { get; set; } = 200_000_000;

    /// <summary>Uploads that may be unfinished in all; beyond that new ones are told to come later. 1 to 10,000,000. Default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int BacklogMax { get; set; } = 100_000;
}

[OptionsValidator]
internal sealed partial class UploadOptionsValidator : IValidateOptions<UploadOptions>;
