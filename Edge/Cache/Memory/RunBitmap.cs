namespace Flickr.Edge.Cache.Memory;

/// <summary>Finds runs of free units in the 128-bit occupation map of a slab. Pure arithmetic.</summary>
internal static class RunBitmap
{
    /// <summary>Units of a slab.</summary>
    public const int Units = 128;

    /// <summary>The bits of <paramref name="count"/> units from <paramref name="first"/> on.</summary>
    public static UInt128 Mask(int first, int count) =>
        (count == Units ? UInt128.MaxValue : (UInt128.One << count) - 1) << first;

    /// <summary>Length of the longest run of free (zero) units.</summary>
    public static int LongestFree(UInt128 used)
    {
        var free = ~used;
        if (free == 0)
        {
            return 0;
        }
        // runs[k] has bit i set when 2^k free units start at unit i. Double as long as one is left, then fill
        // in the rest.
        Span<UInt128> runs = stackalloc UInt128[8];
        runs[0] = free;
        var top = 0;
        while (top < 7 && (runs[top] & (runs[top] >> (1 << top))) is var twice && twice != 0)
        {
            runs[++top] = twice;
        }
        var length = 1 << top;
        var starts = runs[top];
        for (var step = top - 1; step >= 0 && length < Units; step--)
        {
            if ((starts & (runs[step] >> length)) is var longer && longer != 0)
            {
                starts = longer;
                length += 1 << step;
            }
        }
        return length;
    }

    /// <summary>
    /// First unit of the first free run of at least <paramref name="count"/> units; -1 when there is none.
    /// </summary>
    public static int Find(UInt128 used, int count)
    {
        var starts = ~used;
        var have = 1;
        while (have < count && starts != 0)
        {
            var step = Math.Min(have, count - have);
            starts &= starts >> step;
            have += step;
        }
        return starts == 0 ? -1 : (int)UInt128.TrailingZeroCount(starts);
    }
}
