namespace Flickr.Photos.Imaging;

/// <summary>What the header of a file says, before any pixel is decoded.</summary>
/// <param name="Format">By the first bytes.</param>
/// <param name="Loader">The libvips loader that opened it, e.g. <c>jpegload</c>.</param>
/// <param name="Width">Stored width, before orientation.</param>
/// <param name="Height">Stored height, before orientation.</param>
/// <param name="Frames">Frames or pages; 1 for a plain picture.</param>
/// <param name="IsInterlaced">Progressive JPEG or interlaced PNG: decoding holds the whole picture.</param>
/// <param name="IsHevc">The pixels are HEVC.</param>
/// <param name="LengthBytes">Length of the file.</param>
internal sealed record ImageHeader(
    ImageFormat Format, string Loader, int Width, int Height, int Frames, bool IsInterlaced, bool IsHevc, long LengthBytes)
{
    private const long RatioFreePixels = 20_000_000;

    /// <summary>Null when the picture may be decoded. The one place where the limits are compared.</summary>
    public ImageRefusal? Judge(ImageJobLimits limits)
    {
        if (IsHevc || Format == ImageFormat.Heic)
        {
            return ImageRefusal.HeicUnsupported;
        }
        if (Format == ImageFormat.Unknown)
        {
            return ImageRefusal.UnknownFormat;
        }
        if (!Loader.StartsWith(LoaderOf(Format), StringComparison.Ordinal))
        {
            return ImageRefusal.FormatMismatch;
        }
        if (Width > limits.SideMax || Height > limits.SideMax)
        {
            return ImageRefusal.SideTooLong;
        }
        var pixels = (long)Width * Height;
        var isHeavy = IsInterlaced || Format == ImageFormat.Avif;
        if (pixels > (isHeavy ? Math.Min(limits.HeavyPixelsMax, limits.PixelsMax) : limits.PixelsMax))
        {
            return ImageRefusal.TooManyPixels;
        }
        if (pixels > RatioFreePixels && pixels / Math.Max(1, LengthBytes) > limits.PixelsPerByteMax)
        {
            return ImageRefusal.TooManyPixelsForItsBytes;
        }
        return Frames > limits.FramesMax ? ImageRefusal.TooManyFrames : null;
    }

    private static string LoaderOf(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpegload",
        ImageFormat.Png => "pngload",
        ImageFormat.Webp => "webpload",
        ImageFormat.Gif => "gifload",
        _ => "heifload",
    };
}
