using Flickr.Edge.Headers;

namespace Flickr.Edge.Conditions;

/// <summary>An entity tag (RFC 9110 section 8.8.3).</summary>
/// <param name="Opaque">What stands between the quotes.</param>
/// <param name="IsWeak">Whether <c>W/</c> stands before them: the same meaning, not the same bytes.</param>
internal readonly record struct EntityTag(string Opaque, bool IsWeak)
{
    /// <summary>Reads one tag, e.g. <c>W/"a"</c>; null when it is none.</summary>
    public static EntityTag? Parse(string? text) =>
        TryOpaque(text, out var opaque, out var isWeak) ? new EntityTag(opaque.ToString(), isWeak) : null;

    /// <summary>
    /// Whether a list of tags, as in If-None-Match, holds this one. Strongly: both strong and the same;
    /// weakly: the same. A <c>*</c> in the place of a list matches everything. Allocates nothing.
    /// </summary>
    public static bool ListMatches(ReadOnlySpan<char> list, string? stored, bool strongly)
    {
        if (list.Trim(" \t") is "*")
        {
            return true;
        }
        if (!TryOpaque(stored, out var opaque, out var isWeak) || (strongly && isWeak))
        {
            return false;
        }
        while (FieldSyntax.TakeMember(ref list, out var member))
        {
            if (TryOpaque(member, out var other, out var otherIsWeak) && other.SequenceEqual(opaque)
                && !(strongly && otherIsWeak))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Equal bytes for certain: both strong and the same (RFC 9110 section 8.8.3.2).</summary>
    public bool StronglyEquals(in EntityTag other) => !IsWeak && !other.IsWeak && Opaque == other.Opaque;

    public bool WeaklyEquals(in EntityTag other) => Opaque == other.Opaque;

    public override string ToString() => IsWeak ? $"W/\"{Opaque}\"" : $"\"{Opaque}\"";

    private static bool TryOpaque(ReadOnlySpan<char> text, out ReadOnlySpan<char> opaque, out bool isWeak)
    {
        text = text.Trim(" \t");
        isWeak = text.StartsWith("W/");
        opaque = isWeak ? text[2..] : text;
        if (opaque.Length < 2 || opaque[0] != '"' || opaque[^1] != '"')
        {
            return false;
        }
        opaque = opaque[1..^1];
        foreach (var character in opaque)
        {
            if (character is <= ' ' or '"' or '\u007f')
            {
                return false;
            }
        }
        return true;
    }
}
