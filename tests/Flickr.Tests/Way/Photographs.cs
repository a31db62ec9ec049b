using System.Text;

namespace Flickr.Tests.Way;

/// <summary>Real photos for tests, made different by a comment inside the file.</summary>
internal static class Photographs
{
    /// <summary>
    /// The sample JPEG with a comment segment after its first marker: another digest, the same picture.
    /// </summary>
    public static byte[] Different(string comment)
    {
        var photo = Samples.Read("derived/baseline.jpg");
        var text = Encoding.ASCII.GetBytes(comment);
        var length = text.Length + 2;
        return [.. photo[..2], 0xFF, 0xFE, (byte)(length >> 8), (byte)length, .. text, .. photo[2..]];
    }

    /// <summary>Length of the longer side of a JPEG, read from its frame header.</summary>
    public static int LongerSide(byte[] jpeg)
    {
        Assert.Equal([0xFF, 0xD8], jpeg[..2]);
        for (var at = 2; at + 9 < jpeg.Length;)
        {
            var (marker, length) = (jpeg[at + 1], (jpeg[at + 2] << 8) | jpeg[at + 3]);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return Math.Max((jpeg[at + 5] << 8) | jpeg[at + 6], (jpeg[at + 7] << 8) | jpeg[at + 8]);
            }
            at += 2 + length;
        }
        throw new InvalidDataException("no frame header");
    }
}
