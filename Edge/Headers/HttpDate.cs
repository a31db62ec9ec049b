using System.Globalization;

namespace Flickr.Edge.Headers;

/// <summary>
/// HTTP dates (RFC 9110 section 5.6.7) in their three forms. Exact but for letter case, which a cache is to
/// overlook (RFC 9111 section 4.2); anything else is malformed, and a malformed Expires is in the past.
/// </summary>
internal static class HttpDate
{
    private const string Months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private const string Days = "MonTueWedThuFriSatSun";
    private static readonly string[] LongDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
        "Saturday", "Sunday"];

    /// <summary>Reads a date; false for anything that is not one of the three forms, in GMT.</summary>
    /// <param name="text">The field's value.</param>
    /// <param name="now">Decides the century of the two-digit year form.</param>
    /// <param name="date">The moment, in UTC.</param>
    public static bool TryParse(ReadOnlySpan<char> text, DateTimeOffset now, out DateTimeOffset date)
    {
        date = default;
        var comma = text.IndexOf(',');
        if (comma < 0)
        {
            return TryAsctime(text, out date);
        }
        if (comma + 2 > text.Length || text[comma + 1] != ' ')
        {
            return false;
        }
        var day = text[..comma];
        var rest = text[(comma + 2)..];
        return day.Length == 3
            ? IndexOf(Days, day) >= 0 && TryImfFixdate(rest, out date)
            : IsLongDay(day) && TryRfc850(rest, now, out date);
    }

    /// <summary>The preferred form, e.g. <c>Sun, 06 Nov 1994 08:49:37 GMT</c>.</summary>
    public static string Format(DateTimeOffset date) =>
        date.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);

    /// <summary><c>06 Nov 1994 08:49:37 GMT</c></summary>
    private static bool TryImfFixdate(ReadOnlySpan<char> text, out DateTimeOffset date)
    {
        date = default;
        return text.Length == 24 && text[2] == ' ' && text[6] == ' ' && text[11] == ' ' && IsGmt(text[20..])
            && TryNumber(text[..2], out var day) && TryNumber(text[7..11], out var year)
            && TryMake(year, IndexOf(Months, text[3..6]) + 1, day, text[12..20], out date);
    }

    /// <summary>
    /// <c>06-Nov-94 08:49:37 GMT</c>; a year more than 50 years ahead is of the past century.
    /// </summary>
    private static bool TryRfc850(ReadOnlySpan<char> text, DateTimeOffset now, out DateTimeOffset date)
    {
        date = default;
        if (text.Length != 22 || text[2] != '-' || text[6] != '-' || text[9] != ' ' || !IsGmt(text[18..])
            || !TryNumber(text[..2], out var day) || !TryNumber(text[7..9], out var shortYear))
        {
            return false;
        }
        var year = (now.Year / 100 * 100) + shortYear;
        year = year > now.Year + 50 ? year - 100 : year;
        return TryMake(year, IndexOf(Months, text[3..6]) + 1, day, text[10..18], out date);
    }

    /// <summary><c>Sun Nov  6 08:49:37 1994</c></summary>
    private static bool TryAsctime(ReadOnlySpan<char> text, out DateTimeOffset date)
    {
        date = default;
        return text.Length == 24 && text[3] == ' ' && text[7] == ' ' && text[10] == ' ' && text[19] == ' '
            && IndexOf(Days, text[..3]) >= 0
            && TryNumber(text[8] == ' ' ? text[9..10] : text[8..10], out var day)
            && TryNumber(text[20..], out var year)
            && TryMake(year, IndexOf(Months, text[4..7]) + 1, day, text[11..19], out date);
    }

    private static bool TryMake(int year, int month, int day, ReadOnlySpan<char> time,
        out DateTimeOffset date)
    {
        date = default;
        if (time[2] != ':' || time[5] != ':' || !TryNumber(time[..2], out var hour)
            || !TryNumber(time[3..5], out var minute)
            || !TryNumber(time[6..8], out var second))
        {
            return false;
        }
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59
            || second > 60)
        {
            return false;
        }
        // 60: a leap second
        date = new DateTimeOffset(year, month, day, hour, minute, Math.Min(second, 59), TimeSpan.Zero);
        return true;
    }

    private static bool IsGmt(ReadOnlySpan<char> text) =>
        text.Equals(" GMT", StringComparison.OrdinalIgnoreCase);

    private static bool IsLongDay(ReadOnlySpan<char> day)
    {
        foreach (var name in LongDays)
        {
            if (day.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    private static int IndexOf(string names, ReadOnlySpan<char> name)
    {
        for (var index = 0; index < names.Length; index += 3)
        {
            if (names.AsSpan(index, 3).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return index / 3;
            }
        }
        return -1;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
