using System.Text;

namespace Flickr.Origin.Links;

/// <summary>
/// Judges a raw request target as the canonical path of a link: nothing is repaired, so two spellings never name two things.
/// Upper-case hex, unreserved characters never encoded, no empty or dot segments, no encoded slash or control character.
/// The first segments <c>b</c> and <c>-</c> are the origin's own.
/// </summary>
internal static class LinkPath
{
    private const int LengthMax = 2_048;
    private const string Literal = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@";

    /// <summary>The path without its query; null when it is not canonical. A directory ends in a slash.</summary>
    public static string? Read(string? rawTarget)
    {
        if (rawTarget is null || rawTarget.Length > LengthMax || !rawTarget.StartsWith('/'))
        {
            return null;
        }
        var query = rawTarget.IndexOf('?');
        var path = query < 0 ? rawTarget : rawTarget[..query];
        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isDirectoryEnd = i == segments.Length - 1 && segments[i].Length == 0;
            if (!isDirectoryEnd && !IsSegment(segments[i]))
            {
                return null;
            }
        }
        return segments[0] is "b" or "-" ? null : path;
    }

    private static bool IsSegment(string segment)
    {
        if (segment is "" or "." or "..")
        {
            return false;
        }
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                if (!Literal.Contains(segment[i], StringComparison.Ordinal))
                {
                    return false;
                }
                continue;
            }
            if (i + 2 >= segment.Length || !IsUpperHex(segment[i + 1]) || !IsUpperHex(segment[i + 2]))
            {
                return false;
            }
            var value = (char)Convert.ToByte(segment.Substring(i + 1, 2), 16);
            if (value is < ' ' or '/' or '\x7f' or '\\' || char.IsAsciiLetterOrDigit(value) || value is '-' or '.' or '_' or '~')
            {
                return false;
            }
            i += 2;
        }
        return IsUtf8(segment);
    }

    private static bool IsUtf8(string segment)
    {
        try
        {
            var decoded = Uri.UnescapeDataString(segment);
            return !decoded.Contains('%', StringComparison.Ordinal) || segment.Contains("%25", StringComparison.Ordinal)
                ? decoded.IsNormalized(NormalizationForm.FormC) : false;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsUpperHex(char c) => c is (>= '0' and <= '9') or (>= 'A' and <= 'F');
}
