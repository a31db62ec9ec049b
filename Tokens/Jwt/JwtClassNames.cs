namespace Flickr.Tokens.Jwt;

/// <summary>The words of the <c>flk_cls</c> claim, separated by one space, in the order of their
/// bits.</summary>
internal static class JwtClassNames
{
    private static readonly string[] Words = ["thumb", "rendition", "original", "metadata"];

    public static string Write(PhotoClasses classes) =>
        string.Join(' ', Words.Where((_, bit) => ((int)classes & (1 << bit)) != 0));

    /// <summary>Reads words; false for an unknown one, one twice, or none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out PhotoClasses classes)
    {
        classes = PhotoClasses.None;
        foreach (var range in text.Split((byte)' '))
        {
            var one = OfWord(text[range]);
            if (one == PhotoClasses.None || (classes & one) != 0) return false;
            classes |= one;
        }
        return classes != PhotoClasses.None;
    }

    private static PhotoClasses OfWord(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("thumb"u8) ? PhotoClasses.Thumb
        : word.SequenceEqual("rendition"u8) ? PhotoClasses.Rendition
        : word.SequenceEqual("original"u8) ? PhotoClasses.Original
        : word.SequenceEqual("metadata"u8) ? PhotoClasses.Metadata
        : PhotoClasses.None;
}
