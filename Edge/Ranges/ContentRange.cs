using System.Globalization;

namespace Flickr.Edge.Ranges;

/// <summary>
/// A byte range of a whole: <c>bytes first-last/complete</c>; <paramref name="Complete"/> is -1 when unknown
/// (<c>*</c>).
/// </summary>
internal readonly record struct ContentRange(long First, long Last, long Complete)
{
    public long Length => Last - First + 1;

    /// <summary>Whether the slice lies in this range.</summary>
    public bool Holds(in RangeSlice slice) =>
        slice.Offset >= First && slice.Offset + slice.Length - 1 <= Last;

    /// <summary>Reads a Content-Range field of a 206; null when it is malformed or makes no sense.</summary>
    public static ContentRange? Parse(string? field)
    {
        var text = field.AsSpan();
        if (!text.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        text = text[6..].Trim(' ');
        var dash = text.IndexOf('-');
        var slash = text.IndexOf('/');
        if (dash < 0 || slash < dash || !TryNumber(text[..dash], out var first)
            || !TryNumber(text[(dash + 1)..slash], out var last) || last < first)
        {
            return null;
        }
        if (text[(slash + 1)..] is "*")
        {
            return new ContentRange(first, last, -1);
        }
        return TryNumber(text[(slash + 1)..], out var complete) && complete > last
            ? new ContentRange(first, last, complete)
            : null;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
        $"bytes {First}-{Last}/{(Complete < 0 ? "*" : Complete.ToString(CultureInfo.InvariantCulture))}");

    internal static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
