using Flickr.Photos.Imaging;

namespace Flickr.Photos.Tests.Imaging;

public sealed class ThumbHashTests
{
    [Theory]
    [InlineData(100, 67, 200, 30, 90)]
    [InlineData(40, 100, 0, 128, 255)]
    public void The_first_terms_are_the_mean_colour_and_the_shape(int width, int height, int red, int green, int blue)
    {
        var hash = ThumbHash.Encode(width, height, Flat(width, height, red, green, blue));

        // As the reference's thumbHashToAverageRGBA reads it.
        var head = hash[0] | hash[1] << 8 | hash[2] << 16;
        var l = (head & 63) / 63.0;
        var p = ((head >> 6 & 63) / 31.5) - 1;
        var q = ((head >> 12 & 63) / 31.5) - 1;
        var b = l - (2.0 / 3 * p);
        var r = ((3 * l) - b + q) / 2;
        Assert.InRange(r * 255, red - 9, red + 9);
        Assert.InRange((r - q) * 255, green - 9, green + 9);
        Assert.InRange(b * 255, blue - 9, blue + 9);
        Assert.Equal(width > height, (hash[4] & 0x80) != 0);
        Assert.InRange(hash.Length, 15, 25);
    }

    [Fact]
    public void Alpha_is_said_and_takes_a_byte_of_its_own()
    {
        var pixels = Flat(50, 50, 10, 20, 30);
        pixels[3] = 0;

        var hash = ThumbHash.Encode(50, 50, pixels);

        Assert.True((hash[2] & 0x80) != 0);
    }

    private static byte[] Flat(int width, int height, int red, int green, int blue) =>
        [.. Enumerable.Range(0, width * height).SelectMany(_ => new[] { (byte)red, (byte)green, (byte)blue, (byte)255 })];
}
