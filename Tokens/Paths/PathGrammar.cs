using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Flickr.Tokens.Paths;

/// <summary>
/// The grammar of canonical paths: every name has exactly one spelling. Raw are the unreserved characters and
/// the
/// sub-delimiters of RFC 3986 that a path segment may hold, without <c>;</c>; everything else is a percent
/// escape with
/// upper-case digits, and what may be raw may not be escaped.
/// </summary>
internal static class PathGrammar
{
    /// <summary>Decoded bytes one name may hold; file systems and browsers agree on 255.</summary>
    public const int NameBytesMax = 255;

    private const string RawCharacters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@";

    private static readonly SearchValues<char> Raw = SearchValues.Create(RawCharacters);
    private static readonly SearchValues<char> RawOrSlash = SearchValues.Create(RawCharacters + "/");
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>Judges a path without query; <paramref name="segments"/> counts the names in it.</summary>
    public static PathRefusal Judge(ReadOnlySpan<char> path, out int segments)
    {
        segments = 0;
        if (path.IsEmpty || path[0] != '/') return PathRefusal.NotOriginForm;
        if (path.Length > CanonicalPath.LengthMax) return PathRefusal.TooLong;
        var plain = !path.ContainsAnyExcept(RawOrSlash);
        var rest = path[1..];
        while (!rest.IsEmpty)
        {
            var slash = rest.IndexOf('/');
            var segment = slash < 0 ? rest : rest[..slash];
            if (++segments > CanonicalPath.SegmentsMax) return PathRefusal.TooLong;
            var refusal = JudgeSegment(segment, plain);
            if (refusal != PathRefusal.None) return refusal;
            if (slash < 0) break;
            rest = rest[(slash + 1)..];
        }
        return PathRefusal.None;
    }

    /// <summary>The name a canonical segment stands for.</summary>
    public static string Decode(ReadOnlySpan<char> segment) => Uri.UnescapeDataString(segment);

    /// <summary>Writes the one spelling of a name. The name must have passed
    /// <see cref="JudgeName"/>.</summary>
    public static void Encode(string name, StringBuilder into)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.IsAscii && Raw.Contains((char)rune.Value))
            {
                into.Append((char)rune.Value);
                continue;
            }
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                into.Append('%').Append("0123456789ABCDEF"[value >> 4])
                    .Append("0123456789ABCDEF"[value & 15]);
        }
    }

    /// <summary>Judges a decoded name: what it may not be is what no canonical segment can spell.</summary>
    public static PathRefusal JudgeName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return PathRefusal.EmptySegment;
        if (name is "." or "..") return PathRefusal.DotSegment;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsControl(c) || c is '/' or '\\') return PathRefusal.ForbiddenEscape;
            if (c == '%' && i + 2 < name.Length && Hex.Contains(name[i + 1]) && Hex.Contains(name[i + 2]))
                return PathRefusal.DoubleEscape;
            if (!char.IsSurrogate(c)) continue;
            if (!char.IsHighSurrogate(c) || i + 1 == name.Length || !char.IsLowSurrogate(name[i + 1]))
                return PathRefusal.NotUtf8;
            i++;
        }
        if (Encoding.UTF8.GetByteCount(name) > NameBytesMax) return PathRefusal.TooLong;
        return PathName.IsNfc(name) ? PathRefusal.None : PathRefusal.NotNfc;
    }

    private static PathRefusal JudgeSegment(ReadOnlySpan<char> segment, bool plain)
    {
        if (segment.IsEmpty) return PathRefusal.EmptySegment;
        if (segment is "." or "..") return PathRefusal.DotSegment;
        if (plain || !segment.ContainsAnyExcept(Raw))
            return segment.Length > NameBytesMax ? PathRefusal.TooLong : PathRefusal.None;

        Span<byte> bytes = stackalloc byte[NameBytesMax];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (length == NameBytesMax) return PathRefusal.TooLong;
            if (segment[i] != '%')
            {
                if (!Raw.Contains(segment[i]))
                    return segment[i] == '#' ? PathRefusal.Fragment : PathRefusal.ForbiddenCharacter;
                bytes[length++] = (byte)segment[i];
                continue;
            }
            var refusal = JudgeEscape(segment[i..], out bytes[length++]);
            if (refusal != PathRefusal.None) return refusal;
            i += 2;
        }
        Span<char> name = stackalloc char[NameBytesMax];
        if (Utf8.ToUtf16(bytes[..length], name, out _, out var characters, replaceInvalidSequences: false)
            != OperationStatus.Done)
            return PathRefusal.NotUtf8;
        return JudgeName(name[..characters]);
    }

    private static PathRefusal JudgeEscape(ReadOnlySpan<char> at, out byte value)
    {
        value = 0;
        if (at.Length < 3 || !Hex.Contains(at[1]) || !Hex.Contains(at[2])) return PathRefusal.BadEscape;
        if (char.IsAsciiLetterLower(at[1]) || char.IsAsciiLetterLower(at[2]))
            return PathRefusal.LowerCaseEscape;
        value = (byte)((Digit(at[1]) << 4) | Digit(at[2]));
        if (value < 0x80 && Raw.Contains((char)value)) return PathRefusal.NeedlessEscape;
        return value is (byte)'/' or (byte)'\\' or < 0x20 or 0x7F ? PathRefusal.ForbiddenEscape
            : PathRefusal.None;
    }

    private static int Digit(char c) => c <= '9' ? c - '0' : c - 'A' + 10;
}
