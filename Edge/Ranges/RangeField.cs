using Flickr.Edge.Headers;

namespace Flickr.Edge.Ranges;

/// <summary>What a Range field turned out to be.</summary>
internal enum RangeReading
{
    /// <summary>
    /// Another unit, malformed, too many ranges, or ranges that overlap: answer the whole (RFC 9110 section
    /// 14.2).
    /// </summary>
    Ignored,

    /// <summary>Byte ranges; those that can be satisfied were taken, perhaps none.</summary>
    Ranges,
}

/// <summary>Reads the Range field (RFC 9110 section 14.1.1). Pure, allocates nothing.</summary>
internal static class RangeField
{
    /// <summary>
    /// Reads the ranges that a whole of <paramref name="completeLength"/> bytes can satisfy into
    /// <paramref name="slices"/>.
    /// </summary>
    public static RangeReading Read(ReadOnlySpan<char> field, long completeLength, Span<RangeSlice> slices,
        out int count)
    {
        count = 0;
        if (!field.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
        {
            return RangeReading.Ignored;
        }
        var rest = field["bytes=".Length..];
        var asked = 0;
        while (FieldSyntax.TakeMember(ref rest, out var member))
        {
            if (++asked > slices.Length || !TryRange(member, completeLength, out var slice))
            {
                return RangeReading.Ignored;
            }
            if (slice.Length > 0)
            {
                slices[count++] = slice;
            }
        }
        return asked == 0 || Overlap(slices[..count]) ? RangeReading.Ignored : RangeReading.Ranges;
    }

    /// <summary>
    /// Reads <c>first-last</c>, <c>first-</c> or <c>-suffix</c>; length 0: well-formed, but not satisfiable.
    /// </summary>
    private static bool TryRange(ReadOnlySpan<char> range, long completeLength, out RangeSlice slice)
    {
        slice = default;
        var dash = range.IndexOf('-');
        if (dash < 0)
        {
            return false;
        }
        var before = range[..dash];
        var after = range[(dash + 1)..];
        if (before.Length == 0)
        {
            if (!TryPosition(after, out var suffix))
            {
                return false;
            }
            var length = Math.Min(suffix, completeLength);
            slice = new RangeSlice(completeLength - length, length);
            return true;
        }
        if (!TryPosition(before, out var first))
        {
            return false;
        }
        var last = long.MaxValue;
        if (after.Length > 0 && (!TryPosition(after, out last) || last < first))
        {
            return false;
        }
        last = Math.Min(last, completeLength - 1);
        slice = first <= last ? new RangeSlice(first, last - first + 1) : default;
        return true;
    }

    /// <summary>Digits only; a number too large for us is past every end.</summary>
    private static bool TryPosition(ReadOnlySpan<char> text, out long position)
    {
        position = 0;
        if (text.Length == 0 || text.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }
        if (!ContentRange.TryNumber(text, out position))
        {
            position = long.MaxValue;
        }
        return true;
    }

    private static bool Overlap(ReadOnlySpan<RangeSlice> slices)
    {
        for (var one = 0; one < slices.Length; one++)
        {
            for (var other = one + 1; other < slices.Length; other++)
            {
                if (slices[one].Offset < slices[other].Offset + slices[other].Length
                    && slices[other].Offset < slices[one].Offset + slices[one].Length)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
