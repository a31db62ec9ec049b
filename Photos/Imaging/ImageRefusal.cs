namespace Flickr.Photos.Imaging;

/// <summary>Why a file is not taken as a photo. Each has a sentence in <see cref="ImageRefusals.Explain"/>.</summary>
public enum ImageRefusal
{
    /// <summary>No loader of the allow-list opens it.</summary>
    UnknownFormat,

    /// <summary>The loader found another format than the first bytes promised.</summary>
    FormatMismatch,

    /// <summary>HEIC: the header opens, the pixels need a decoder that is not here.</summary>
    HeicUnsupported,

    /// <summary>More pixels than allowed.</summary>
    TooManyPixels,

    /// <summary>One side is longer than allowed.</summary>
    SideTooLong,

    /// <summary>The header claims more pixels than the bytes could hold.</summary>
    TooManyPixelsForItsBytes,

    /// <summary>More frames than allowed.</summary>
    TooManyFrames,

    /// <summary>The pixels end early or are broken.</summary>
    Damaged,

    /// <summary>The decoder died or ran out of time on these bytes, more than once.</summary>
    Undecodable,
}
