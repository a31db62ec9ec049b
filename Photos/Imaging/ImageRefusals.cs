namespace Flickr.Photos.Imaging;

/// <summary>What people read when a file is refused.</summary>
public static class ImageRefusals
{
    /// <summary>The problem name (<c>urn:flickr:problem:…</c>) of a refusal.</summary>
    public static string ProblemName(ImageRefusal refusal) => refusal switch
    {
        ImageRefusal.UnknownFormat or ImageRefusal.FormatMismatch => "image-format-unknown",
        ImageRefusal.HeicUnsupported => "image-heic",
        ImageRefusal.Damaged => "image-damaged",
        ImageRefusal.Undecodable => "image-undecodable",
        _ => "image-too-large",
    };

    /// <summary>One sentence for the person who sent the file.</summary>
    public static string Explain(ImageRefusal refusal) => refusal switch
    {
        ImageRefusal.UnknownFormat => "This file is not a JPEG, PNG, WebP, GIF or AVIF picture.",
        ImageRefusal.FormatMismatch => "The content of this file does not agree with the format it begins with.",
        ImageRefusal.HeicUnsupported =>
            "HEIC pictures cannot be read here yet. Export it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible).",
        ImageRefusal.TooManyPixels => "This picture has more pixels than the service takes.",
        ImageRefusal.SideTooLong => "One side of this picture is longer than the service takes.",
        ImageRefusal.TooManyPixelsForItsBytes => "This file claims a picture far larger than its bytes can hold.",
        ImageRefusal.TooManyFrames => "This picture has more frames than the service takes.",
        ImageRefusal.Damaged => "This file is damaged or ends early: its pixels cannot be read to the end.",
        _ => "This picture could not be read: the decoder failed on it twice.",
    };
}
