using System.Text;

namespace Flickr.Tokens.Fs1;

/// <summary>The optional items of an FS1 token; the table is at <see cref="Fs1Codec"/>.</summary>
internal static class Fs1Options
{
    /// <summary>Reads the items into the facts; false when one is unknown, out of order, twice or out of its
    /// set.</summary>
    public static bool TryRead(ReadOnlySpan<byte> options, ref TokenFacts facts)
    {
        var previous = (byte)0;
        while (!options.IsEmpty)
        {
            var end = options.IndexOf((byte)'~');
            var item = end < 0 ? options : options[..end];
            options = end < 0 ? [] : options[(end + 1)..];
            if (item.IsEmpty || item[0] <= previous || (end >= 0 && options.IsEmpty)) return false;
            previous = item[0];
            if (!TryReadItem(item[0], item[1..], ref facts)) return false;
        }
        return true;
    }

    /// <summary>Writes the items in their order; empty when there is none.</summary>
    public static string Write(in MintFacts facts)
    {
        var text = new StringBuilder();
        if (facts.Classes != Grant.DefaultClasses) Item('c').Append(Base36.Write((int)facts.Classes));
        if (facts.TokenId is not null) Item('j').Append(facts.TokenId);
        if (facts.ConcurrentOriginals != 1) Item('n').Append(Base36.Write(facts.ConcurrentOriginals));
        if (facts.Once) Item('o');
        if (facts.Tags.Length > 0) Item('t').AppendJoin(',', facts.Tags);
        if (facts.Viewer is not null) Item('v').Append(facts.Viewer);
        return text.ToString();

        StringBuilder Item(char letter) => (text.Length > 0 ? text.Append('~') : text).Append(letter);
    }

    private static bool TryReadItem(byte letter, ReadOnlySpan<byte> value, ref TokenFacts facts)
    {
        switch (letter)
        {
            case (byte)'c':
                if (value.Length != 1 || !Base36.TryRead(value, out var classes) || classes is 0 or > 15)
                    return false;
                facts.Classes = (PhotoClasses)classes;
                return true;
            case (byte)'j':
                facts.TokenId = value;
                return TokenText.IsId(value);
            case (byte)'n':
                if (!Base36.TryRead(value, out var count)) return false;
                facts.ConcurrentOriginals = (int)Math.Min(count, TokenText.ConcurrentOriginalsMax + 1);
                return count is > 1 and <= TokenText.ConcurrentOriginalsMax;
            case (byte)'o':
                facts.Once = true;
                return value.IsEmpty;
            case (byte)'t':
                facts.Tags = value;
                return AreTags(value);
            case (byte)'v':
                facts.Viewer = value;
                return TokenText.IsId(value);
            default:
                return false;
        }
    }

    private static bool AreTags(ReadOnlySpan<byte> joined)
    {
        if (joined.Count((byte)',') >= TokenText.TagsMax) return false;
        foreach (var range in joined.Split((byte)','))
            if (!TokenText.IsTag(joined[range])) return false;
        return true;
    }
}
