using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Origin.Uploads;

/// <summary>Settings of resumable uploads; section <c>Origin:Uploads</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>Bytes that all unfinished uploads may come to. 1 MiB to 64 TiB. Default 10 GiB.</summary>
    [Range(1L << 20, 64L << 40)]
    public long BytesMax { get; set; } = 10L << 30;

    /// <summary>Unfinished uploads at once. 1 to 1,000,000. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int CountMax { get; set; } = 10_000;

    /// <summary>Time after the last byte before an upload is dropped. 1 s to 30 days. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Expiry { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Bytes received before they are made durable: what a power cut may cost. 64 KiB to 1 GiB. Default 8 MiB.</summary>
    [Range(64L << 10, 1L << 30)]
    public long FlushBytes { get; set; } = 8L << 20;
}

[OptionsValidator]
internal sealed partial class UploadOptionsValidator : IValidateOptions<UploadOptions>;
