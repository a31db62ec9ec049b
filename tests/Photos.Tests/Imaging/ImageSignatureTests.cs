using Flickr.Photos.Imaging;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Imaging;

public sealed class ImageSignatureTests
{
    [Theory]
    [InlineData("derived/baseline.jpg", ImageFormat.Jpeg)]
    [InlineData("photos/coffee.png", ImageFormat.Png)]
    [InlineData("derived/lossy.webp", ImageFormat.Webp)]
    [InlineData("derived/anim.gif", ImageFormat.Gif)]
    [InlineData("derived/photo.avif", ImageFormat.Avif)]
    [InlineData("derived/photo.heic", ImageFormat.Heic)]
    [InlineData("derived/photo.tif", ImageFormat.Unknown)]
    [InlineData("hostile/xxe.jpg", ImageFormat.Unknown)]
    [InlineData("hostile/mvg.jpg", ImageFormat.Unknown)]
    public void The_content_decides_and_not_the_name(string sample, ImageFormat expected)
    {
        using var file = File.OpenRead(Samples.File(sample));
        var head = new byte[ImageSignature.LengthBytes];

        Assert.Equal(expected, ImageSignature.Read(head.AsSpan(0, file.Read(head))));
    }

    [Fact]
    public void Any_short_head_is_judged()
    {
        byte[] heic = [0, 0, 0, 255, (byte)'f', (byte)'t', (byte)'y', (byte)'p', .. "mif1"u8];

        for (var length = 0; length <= heic.Length; length++)
        {
            Assert.Equal(ImageFormat.Unknown, ImageSignature.Read(heic.AsSpan(0, length)));
        }
    }
}
