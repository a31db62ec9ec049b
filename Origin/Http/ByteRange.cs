namespace Flickr.Origin.Http;

/// <summary>
/// One range of bytes (RFC 9110, section 14). Only single ranges are served; several in one request, another unit or bad
/// syntax mean that the header is ignored, as the RFC allows.
/// </summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>Judges a Range header against a body of <paramref name="total"/> bytes.</summary>
    public static RangeVerdict Judge(ReadOnlySpan<char> header, long total, out ByteRange range)
    {
        range = default;
        const string Unit = "bytes=";
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return RangeVerdict.Ignored;
        }
        var spec = header[Unit.Length..].Trim(" \t");
        var dash = spec.IndexOf('-');
        if (dash < 0 || spec.Contains(','))
        {
            return RangeVerdict.Ignored;
        }
        var first = spec[..dash];
        var last = spec[(dash + 1)..];
        if (first.IsEmpty)
        {
            return JudgeSuffix(last, total, out range);
        }
        if (!TryNumber(first, out var from))
        {
            return RangeVerdict.Ignored;
        }
        long to = long.MaxValue;
        if (!last.IsEmpty && (!TryNumber(last, out to) || to < from))
        {
            return RangeVerdict.Ignored;
        }
        if (from >= total)
        {
            return RangeVerdict.Unsatisfiable;
        }
        range = new ByteRange(from, Math.Min(to, total - 1) - from + 1);
        return RangeVerdict.Partial;
    }

    private static RangeVerdict JudgeSuffix(ReadOnlySpan<char> last, long total, out ByteRange range)
    {
        range = default;
        if (!TryNumber(last, out var suffix))
        {
            return RangeVerdict.Ignored;
        }
        if (suffix == 0 || total == 0)
        {
            return RangeVerdict.Unsatisfiable;
        }
        var length = Math.Min(suffix, total);
        range = new ByteRange(total - length, length);
        return RangeVerdict.Partial;
    }

    /// <summary>1*DIGIT; numbers too large for 64 bits count as the largest.</summary>
    private static bool TryNumber(ReadOnlySpan<char> digits, out long number)
    {
        number = long.MaxValue;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }
        if (long.TryParse(digits, out var parsed))
        {
            number = parsed;
        }
        return true;
    }
}

/// <summary>What a Range header means for an answer.</summary>
internal enum RangeVerdict
{
    /// <summary>Answer 200 with everything.</summary>
    Ignored,

    /// <summary>Answer 206.</summary>
    Partial,

    /// <summary>Answer 416.</summary>
    Unsatisfiable,
}
