using System.Buffers.Binary;

namespace Flickr.Photos.Imaging;

/// <summary>Tells the format of a file from its first <see cref="LengthBytes"/> bytes.</summary>
public static class ImageSignature
{
    /// <summary>How many bytes <see cref="Read"/> wants to see; fewer are judged as they are.</summary>
    public const int LengthBytes = 64;

    /// <summary>The format; <see cref="ImageFormat.Unknown"/> for text, SVG, and everything else.</summary>
    public static ImageFormat Read(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return ImageFormat.Jpeg;
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
        {
            return ImageFormat.Png;
        }
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8))
        {
            return ImageFormat.Webp;
        }
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
        {
            return ImageFormat.Gif;
        }
        return head.Length >= 16 && head[4..8].SequenceEqual("ftyp"u8) ? ReadBrands(head) : ImageFormat.Unknown;
    }

    /// <summary>The media type an original of this format is served with.</summary>
    public static string MediaType(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.Webp => "image/webp",
        ImageFormat.Gif => "image/gif",
        ImageFormat.Avif => "image/avif",
        ImageFormat.Heic => "image/heic",
        _ => "application/octet-stream",
    };

    // ISO 14496-12: box length, "ftyp", major brand, minor version, then compatible brands.
    private static ImageFormat ReadBrands(ReadOnlySpan<byte> head)
    {
        var box = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(head), (uint)head.Length);
        var isHeif = false;
        for (var at = 8; at + 4 <= box; at += at == 8 ? 8 : 4)
        {
            var brand = head.Slice(at, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            {
                return ImageFormat.Avif;
            }
            isHeif |= brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("hevc"u8)
                || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8);
        }
        return isHeif ? ImageFormat.Heic : ImageFormat.Unknown;
    }
}
