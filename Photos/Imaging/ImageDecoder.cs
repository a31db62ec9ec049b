using NetVips;

namespace Flickr.Photos.Imaging;

/// <summary>
/// The decoder: the only type that touches libvips, and it is only ever used inside a worker process. Not thread-safe;
/// a worker does one job at a time.
/// </summary>
internal static class ImageDecoder
{
    private static readonly string[] Allowed =
        ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif", "VipsForeignLoadHeif"];

    /// <summary>
    /// Shuts every loader but five (BlockUntrusted alone would leave TIFF and others open: <c>images.md</c> 2), and takes
    /// libvips' caches and threads away: parallel work is a matter of processes.
    /// </summary>
    public static void Prepare()
    {
        Cache.Max = 0;
        Cache.MaxMem = 0;
        NetVips.NetVips.Concurrency = 1;
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in Allowed)
        {
            Operation.Block(loader, false);
        }
    }

    /// <summary>Does one job. Whatever the file is, the outcome is an answer; only a dying process is anything else.</summary>
    public static ImageAnswer Run(ImageJob job)
    {
        Image? image = null;
        try
        {
            image = Open(job.Path);
            if (image is null)
            {
                return Refuse(FormatOf(job.Path) == ImageFormat.Heic ? ImageRefusal.HeicUnsupported : ImageRefusal.UnknownFormat, null);
            }
            var header = ReadHeader(image, job.Path);
            if (header.Judge(job.Limits) is { } refusal)
            {
                return Refuse(refusal, $"{header.Width}x{header.Height} {header.Loader}");
            }
            var facts = ReadFacts(image, header);
            return job.OutputFolder is null
                ? new ImageAnswer { Facts = facts }
                : MakeLadder(job, facts, NeedsProfile(image));
        }
        catch (VipsException fault)
        {
            return Refuse(ImageRefusal.Damaged, fault.Message);
        }
        finally
        {
            image?.Dispose();
        }
    }

    private static ImageAnswer Refuse(ImageRefusal refusal, string? detail) => new()
    {
        Refusal = refusal,
        Detail = detail is { Length: > 500 } ? detail[..500] : detail,
    };

    private static Image? Open(string path)
    {
        try
        {
            return Image.NewFromFile(path, access: Enums.Access.Sequential);
        }
        catch (VipsException fault) when (FormatOf(path) is ImageFormat.Unknown or ImageFormat.Heic)
        {
            GC.KeepAlive(fault); // no loader wanted it: said by the caller
            return null;
        }
    }

    private static ImageFormat FormatOf(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> head = stackalloc byte[ImageSignature.LengthBytes];
        return ImageSignature.Read(head[..RandomAccess.Read(file, head, 0)]);
    }

    private static ImageHeader ReadHeader(Image image, string path) => new(
        FormatOf(path),
        Text(image, "vips-loader") ?? "",
        image.Width,
        image.Height,
        image.Contains("n-pages") ? Convert.ToInt32(image.Get("n-pages"), provider: null) : 1,
        image.Contains("interlaced"),
        Text(image, "heif-compression") == "hevc",
        new FileInfo(path).Length);

    private static ImageFacts ReadFacts(Image image, ImageHeader header)
    {
        var (title, description, tags) = EmbeddedText.ReadXmp(image.Contains("xmp-data") ? image.Get("xmp-data") as byte[] : null);
        var orientation = image.Contains("orientation") ? Convert.ToInt32(image.Get("orientation"), provider: null) : 1;
        var isTurned = orientation is >= 5 and <= 8;
        string? Exif(string field) => EmbeddedText.ReadExif(Text(image, field));
        var camera = string.Join(' ', new[] { Exif("exif-ifd0-Make"), Exif("exif-ifd0-Model") }.OfType<string>());
        return new ImageFacts(
            header.Format,
            isTurned ? header.Height : header.Width,
            isTurned ? header.Width : header.Height,
            EmbeddedText.ReadTime(Exif("exif-ifd2-DateTimeOriginal"), Exif("exif-ifd2-OffsetTimeOriginal")),
            title,
            description ?? Exif("exif-ifd0-ImageDescription"),
            camera.Length == 0 ? null : camera,
            tags,
            EmbeddedText.ReadDegrees(Exif("exif-ifd3-GPSLatitude"), Exif("exif-ifd3-GPSLatitudeRef"), 90),
            EmbeddedText.ReadDegrees(Exif("exif-ifd3-GPSLongitude"), Exif("exif-ifd3-GPSLongitudeRef"), 180));
    }

    // Measured: "srgb" for a picture without a profile costs 220 ms at 1280 px and changes nothing; leaving it out for
    // CMYK costs 1.1 s (images.md 2).
    private static bool NeedsProfile(Image image) =>
        image.Contains("icc-profile-data") || image.Interpretation == Enums.Interpretation.Cmyk;

    private static ImageAnswer MakeLadder(ImageJob job, ImageFacts facts, bool needsProfile)
    {
        var top = ImageRung.All[0].Side;
        // By path, because the buffer and source classes of 8.18 ignore fail_on and turn a truncated file into half a
        // grey picture without a word.
        var rung = Flat(Image.Thumbnail(job.Path, top, height: top, size: Enums.Size.Down,
            outputProfile: needsProfile ? "srgb" : null, intent: Enums.Intent.Relative, failOn: Enums.FailOn.Error));
        var variants = new List<ImageVariant>();
        try
        {
            foreach (var size in ImageRung.For(facts.Width, facts.Height))
            {
                if (size.Side < top)
                {
                    rung = Replace(rung, rung.ThumbnailImage(size.Side, height: size.Side, size: Enums.Size.Down));
                }
                variants.Add(Save(rung, size, job));
            }
            return job.WebpQuality > 0
                ? new ImageAnswer { Facts = facts, Variants = variants }
                : Described(rung) with { Facts = facts, Variants = variants };
        }
        finally
        {
            rung.Dispose();
        }
    }

    private static ImageVariant Save(Image rung, ImageRung size, ImageJob job)
    {
        var isWebp = job.WebpQuality > 0;
        var path = Path.Combine(job.OutputFolder!, size.Name + (isWebp ? ".webp" : ".jpg"));
        if (isWebp)
        {
            rung.Webpsave(path, q: job.WebpQuality, effort: 2, keep: Enums.ForeignKeep.None);
        }
        else
        {
            rung.Jpegsave(path, q: job.JpegQuality, optimizeCoding: true, interlace: size.IsProgressive,
                subsampleMode: Enums.ForeignSubsample.On, keep: Enums.ForeignKeep.None);
        }
        return new ImageVariant(isWebp ? size.Name + ImageRung.SecondFormat : size.Name, path, rung.Width, rung.Height);
    }

    private static Image Replace(Image old, Image lazy)
    {
        using (old)
        using (lazy)
        {
            return lazy.CopyMemory();
        }
    }

    // 8 bits, no alpha, in memory: from here on nothing reads the file again.
    private static Image Flat(Image image)
    {
        if (image.Format != Enums.BandFormat.Uchar)
        {
            image = Replace(image, image.Colourspace(image.Bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb));
        }
        return Replace(image, image.HasAlpha() ? image.Flatten(background: [255]) : image.Copy());
    }

    // All from the smallest rung: what it looks like in a few bytes, its main colour, and by what it is known again.
    private static ImageAnswer Described(Image smallest)
    {
        using var colour = smallest.Colourspace(Enums.Interpretation.Srgb);
        using var small = colour.ThumbnailImage(100, height: 100, size: Enums.Size.Down);
        using var opaque = small.Bandjoin(255);
        var pixels = opaque.WriteToMemory<byte>();
        return new ImageAnswer
        {
            ThumbHash = Convert.ToBase64String(ThumbHash.Encode(opaque.Width, opaque.Height, pixels)),
            Color = DominantColor.Find(pixels),
            PerceptualHash = PerceptualHash.Make(colour.Width, colour.Height, colour.WriteToMemory<byte>()),
        };
    }

    private static string? Text(Image image, string field) => image.Contains(field) ? image.Get(field) as string : null;
}
