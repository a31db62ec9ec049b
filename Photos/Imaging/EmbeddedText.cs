using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Flickr.Photos.Imaging;

/// <summary>What cameras and editors wrote into a file: EXIF values as libvips prints them, and XMP.</summary>
internal static class EmbeddedText
{
    private const int TextLengthMax = 2000;
    private const int TagsMax = 50;
    private static readonly XNamespace Dc = "http://purl.org/dc/elements/1.1/";
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    /// <summary>Title, description and keywords of an XMP packet; nulls when it is absent or broken. No DTD, no outside entity is ever read.</summary>
    public static (string? Title, string? Description, IReadOnlyList<string> Tags) ReadXmp(byte[]? packet)
    {
        if (packet is null or { Length: > 1 << 20 })
        {
            return (null, null, []);
        }
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = 1 << 20,
        };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(packet.AsSpan().TrimEnd((byte)0).ToArray()), settings);
            var document = XDocument.Load(reader);
            var tags = document.Descendants(Dc + "subject").Descendants(Rdf + "li")
                .Select(item => Clean(item.Value)).OfType<string>().Distinct().Take(TagsMax).ToList();
            return (First(document, "title"), First(document, "description"), tags);
        }
        catch (XmlException)
        {
            return (null, null, []); // other people's metadata: a broken packet is as good as none
        }
    }

    /// <summary>
    /// The value of an EXIF field as libvips prints it, <c>value (value, type, n components, n bytes)</c>; null when blank.
    /// </summary>
    public static string? ReadExif(string? printed)
    {
        if (printed is null)
        {
            return null;
        }
        var end = printed.LastIndexOf(" (", StringComparison.Ordinal);
        return Clean(end < 0 ? printed : printed[..end]);
    }

    /// <summary>EXIF's <c>2012:05:17 10:20:30</c> and offset <c>+09:00</c> as an RFC 3339-like local time; null when it is no time.</summary>
    public static string? ReadTime(string? date, string? offset)
    {
        if (!DateTime.TryParseExact(date, "yyyy:MM:dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            || local.Year < 1826)
        {
            return null;
        }
        var text = local.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        var hasOffset = offset is { Length: 6 } && offset[0] is '+' or '-'
            && TimeSpan.TryParseExact(offset.AsSpan(1), "hh\\:mm", CultureInfo.InvariantCulture, out _);
        return hasOffset ? text + offset : text;
    }

    /// <summary>EXIF degrees such as <c>37/1 33/1 5904/100</c> with <c>N</c>, <c>S</c>, <c>E</c> or <c>W</c>; null when they are none.</summary>
    public static double? ReadDegrees(string? value, string? reference, double max)
    {
        if (value is null || reference is not ("N" or "S" or "E" or "W"))
        {
            return null;
        }
        var degrees = 0.0;
        var unit = 1.0;
        foreach (var part in value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Take(3))
        {
            var slash = part.Split('/');
            if (!double.TryParse(slash[0], CultureInfo.InvariantCulture, out var above))
            {
                return null;
            }
            var below = slash.Length > 1 && double.TryParse(slash[1], CultureInfo.InvariantCulture, out var b) ? b : 1;
            degrees += below == 0 ? 0 : above / below * unit;
            unit /= 60;
        }
        return double.IsFinite(degrees) && degrees <= max ? reference is "S" or "W" ? -degrees : degrees : null;
    }

    private static string? First(XDocument document, string name) =>
        document.Descendants(Dc + name).Descendants(Rdf + "li").Select(item => Clean(item.Value)).FirstOrDefault();

    private static string? Clean(string text)
    {
        var plain = new string([.. text.Where(c => !char.IsControl(c) || c == '\n')]).Trim();
        return plain.Length == 0 ? null : plain.Length > TextLengthMax ? plain[..TextLengthMax] : plain;
    }
}
