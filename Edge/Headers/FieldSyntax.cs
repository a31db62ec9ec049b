using System.Buffers;

namespace Flickr.Edge.Headers;

/// <summary>
/// The small words of field syntax that every rule needs (RFC 9110 section 5.6): tokens, list members, whole
/// numbers.
/// </summary>
internal static class FieldSyntax
{
    /// <summary>Characters of a token.</summary>
    public static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// Seconds at which a delta stops growing: more than any clock of ours, and no overflow in arithmetic
    /// (RFC 9111 1.2.2).
    /// </summary>
    public const long DeltaSecondsMax = int.MaxValue;

    /// <summary>Whether the text is one token, at least one character.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) =>
        text.Length > 0 && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>
    /// Takes the next non-empty member of a comma-separated list off <paramref name="rest"/>; commas inside
    /// quoted strings do not divide. False at the end.
    /// </summary>
    public static bool TakeMember(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> member)
    {
        while (rest.Length > 0)
        {
            var end = EndOfMember(rest);
            member = rest[..end].Trim(" \t");
            rest = end < rest.Length ? rest[(end + 1)..] : [];
            if (member.Length > 0)
            {
                return true;
            }
        }
        member = [];
        return false;
    }

    /// <summary>Whether a comma-separated list of tokens holds this one, in any letter case.</summary>
    public static bool ListContains(ReadOnlySpan<char> list, ReadOnlySpan<char> token)
    {
        while (TakeMember(ref list, out var member))
        {
            if (member.Equals(token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Reads a run of digits (and nothing else) as seconds; a huge number is <see cref="DeltaSecondsMax"/>.
    /// </summary>
    public static bool TryDeltaSeconds(ReadOnlySpan<char> text, out long seconds)
    {
        seconds = 0;
        if (text.Length == 0 || text.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }
        foreach (var digit in text)
        {
            seconds = Math.Min((seconds * 10) + (digit - '0'), DeltaSecondsMax);
        }
        return true;
    }

    private static int EndOfMember(ReadOnlySpan<char> rest)
    {
        var quoted = false;
        for (var index = 0; index < rest.Length; index++)
        {
            switch (rest[index])
            {
                case '\\' when quoted:
                    index++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    return index;
            }
        }
        return rest.Length;
    }
}
