namespace Flickr.Edge.Headers;

/// <summary>HTTP dates (RFC 9110 section 5.6.7) in their three forms.</summary>
internal static class HttpDate
{
    /// <summary>Reads a date; false for anything that is not exactly one of the three forms, in GMT.</summary>
    /// <param name="text">The field's value.</param>
    /// <param name="date">The moment, in UTC.</param>
    /// <param name="now">Decides the century of the two-digit year form.</param>
    public static bool TryParse(ReadOnlySpan<char> text, DateTimeOffset now, out DateTimeOffset date) =>
        throw new NotImplementedException();

    /// <summary>The preferred form, e.g. <c>Sun, 06 Nov 1994 08:49:37 GMT</c>.</summary>
    public static string Format(DateTimeOffset date) =>
        date.UtcDateTime.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
