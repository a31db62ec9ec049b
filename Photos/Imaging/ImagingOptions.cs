using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Imaging;

/// <summary>Limits of the image workers; section <c>Photos:Imaging</c>.</summary>
public sealed class ImagingOptions
{
    /// <summary>Worker processes. 0 takes one per core. 0 to 64. Default 0.</summary>
    [Range(0, 64)]
    public int Workers { get; set; }

    /// <summary>Pixels (width × height) of a picture. 1 to 1,000,000,000. Default 100,000,000.</summary>
    [Range(1L, 1_000_000_000L)]
    public long PixelsMax { get; set; } = 100_000_000;

    /// <summary>Pixels of a progressive JPEG, an interlaced PNG or an AVIF, which need far more memory. Default 50,000,000.</summary>
    [Range(1L, 1_000_000_000L)]
    public long HeavyPixelsMax { get; set; } = 50_000_000;

    /// <summary>Pixels of one side. 1 to 65,535. Default 30,000.</summary>
    [Range(1, 65_535)]
    public int SideMax { get; set; } = 30_000;

    /// <summary>Pixels per byte of file, judged above 20 megapixels. 1 to 100,000. Default 2,000.</summary>
    [Range(1, 100_000)]
    public int PixelsPerByteMax { get; set; } = 2_000;

    /// <summary>Frames or pages; only the first is used. 1 to 100,000. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int FramesMax { get; set; } = 1_000;

    /// <summary>Time one job may take before its worker is killed. 1 s to 10 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan JobTimeMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Memory at which a worker is killed during a job, in bytes. 256 MiB to 64 GiB. Default 1 GiB.</summary>
    [Range(256L << 20, 64L << 30)]
    public long MemoryBytesMax { get; set; } = 1L << 30;

    /// <summary>Memory at which a worker is replaced between jobs, in bytes. 64 MiB to 64 GiB. Default 400 MiB.</summary>
    [Range(64L << 20, 64L << 30)]
    public long RecycleBytes { get; set; } = 400L << 20;

    /// <summary>Jobs after which a worker is replaced. 1 to 1,000,000. Default 500.</summary>
    [Range(1, 1_000_000)]
    public int RecycleJobs { get; set; } = 500;

    /// <summary>Quality of the JPEG variants. 40 to 95. Default 80.</summary>
    [Range(40, 95)]
    public int JpegQuality { get; set; } = 80;

    /// <summary>Quality of the WebP variants. 40 to 95. Default 80.</summary>
    [Range(40, 95)]
    public int WebpQuality { get; set; } = 80;

    /// <summary>Whether WebP variants are made in the background after a photo was published. Default true.</summary>
    public bool SecondFormat { get; set; } = true;
}

[OptionsValidator]
internal sealed partial class ImagingOptionsValidator : IValidateOptions<ImagingOptions>;
