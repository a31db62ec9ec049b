namespace Flickr.Photos.Imaging;

/// <summary>What the first bytes of a file say it is. Never judged by its name.</summary>
public enum ImageFormat
{
    /// <summary>None of the formats we take.</summary>
    Unknown,

    /// <summary>JPEG, also UltraHDR, whose base picture is used.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP, lossy, lossless or animated (first frame).</summary>
    Webp,

    /// <summary>GIF (first frame).</summary>
    Gif,

    /// <summary>AVIF.</summary>
    Avif,

    /// <summary>HEIC or HEIF with HEVC: known, and refused, because no decoder is shipped.</summary>
    Heic,
}
