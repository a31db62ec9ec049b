using Flickr.Photos.Imaging;

namespace Flickr.Photos.Tests.Imaging;

public sealed class ImageHeaderTests
{
    private static readonly ImageJobLimits Limits = new(100_000_000, 50_000_000, 30_000, 2_000, 1_000, 10_000);
    private static readonly ImageHeader Good = new(ImageFormat.Jpeg, "jpegload", 4000, 3000, 1, false, false, 4_000_000);

    public static TheoryData<string, ImageRefusal?> Cases => new()
    {
        { "good", null },
        { "large progressive", ImageRefusal.TooManyPixels },
        { "large baseline", null },
        { "too large", ImageRefusal.TooManyPixels },
        { "long", ImageRefusal.SideTooLong },
        { "hollow", ImageRefusal.TooManyPixelsForItsBytes },
        { "film", ImageRefusal.TooManyFrames },
        { "disguised", ImageRefusal.FormatMismatch },
        { "heic", ImageRefusal.HeicUnsupported },
        { "large avif", ImageRefusal.TooManyPixels },
    };

    [Theory, MemberData(nameof(Cases))]
    public void The_limits_are_judged_by_the_header_alone(string name, ImageRefusal? expected)
    {
        var header = name switch
        {
            "large progressive" => Good with { Width = 9_000, Height = 8_000, IsInterlaced = true },
            "large baseline" => Good with { Width = 9_000, Height = 8_000 },
            "too large" => Good with { Width = 12_000, Height = 9_000 },
            "long" => Good with { Width = 30_001, Height = 1 },
            "hollow" => Good with { Width = 6_000, Height = 4_000, LengthBytes = 10_000 },
            "film" => Good with { Frames = 1_001 },
            "disguised" => Good with { Loader = "pngload" },
            "heic" => Good with { IsHevc = true },
            "large avif" => Good with { Format = ImageFormat.Avif, Loader = "heifload", Width = 8_000, Height = 7_000 },
            _ => Good,
        };

        Assert.Equal(expected, header.Judge(Limits));
    }
}
