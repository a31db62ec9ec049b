using System.Collections.Frozen;
using System.Text;
using Flickr.Tokens.Paths;

namespace Flickr.Photos.Search;

/// <summary>
/// Text with everything gone that people do not type when they search: case, width, diacritics of Latin letters. With
/// <c>InvariantGlobalization</c> the runtime cannot decompose, so the table of Latin letters is made by asking composition
/// (<see cref="PathName.ToNfc"/>) backwards. Voiced kana and Hangul stay composed: there a mark makes another letter.
/// </summary>
internal static class FoldedText
{
    private const int MarkFirst = 0x300;
    private const int MarkLast = 0x36F;
    private const int MarkComposingLast = 0x338; // none beyond it composes with a Latin letter

    // U+FF66 to U+FF9D; the two sound marks behind them become combining ones and compose.
    private const string HalfWidthKatakana = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

    private static readonly FrozenDictionary<int, string> Latin = MakeLatin();

    /// <summary>The text in lower case, composed, in usual width, Latin letters without diacritics.</summary>
    public static string Of(string text)
    {
        var usual = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // half a surrogate pair comes as U+FFFD
        {
            AppendUsualWidth(usual, rune);
        }
        var folded = new StringBuilder(usual.Length);
        foreach (var rune in PathName.ToNfc(usual.ToString()).EnumerateRunes())
        {
            if (rune.Value is >= MarkFirst and <= MarkLast)
            {
                continue;
            }
            var lower = Rune.ToLowerInvariant(rune);
            folded.Append(Latin.TryGetValue(lower.Value, out var plain) ? plain : lower.ToString());
        }
        return folded.ToString();
    }

    // The compatibility forms met in titles; the rest of NFKC's table (circled numbers, squared units) is left as it is.
    private static void AppendUsualWidth(StringBuilder usual, Rune rune)
    {
        switch (rune.Value)
        {
            case >= 0xFF01 and <= 0xFF5E:
                usual.Append((char)(rune.Value - 0xFEE0));
                break;
            case >= 0xFF66 and <= 0xFF9D:
                usual.Append(HalfWidthKatakana[rune.Value - 0xFF66]);
                break;
            case 0xFF9E:
                usual.Append('\u3099');
                break;
            case 0xFF9F:
                usual.Append('\u309A');
                break;
            case >= 0xFB00 and <= 0xFB06:
                usual.Append(((string[])["ff", "fi", "fl", "ffi", "ffl", "st", "st"])[rune.Value - 0xFB00]);
                break;
            default:
                usual.Append(rune.ToString());
                break;
        }
    }

    private static FrozenDictionary<int, string> MakeLatin()
    {
        var plain = new Dictionary<int, string>
        {
            ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['ł'] = "l", ['đ'] = "d", ['ð'] = "d", ['þ'] = "th", ['ß'] = "ss",
            ['ẞ'] = "ss", ['ı'] = "i", ['ħ'] = "h", ['ŧ'] = "t",
        };
        var bases = new List<(string Letter, string Plain)>();
        for (var letter = 'a'; letter <= 'z'; letter++)
        {
            bases.Add((letter.ToString(), letter.ToString()));
            bases.Add((char.ToUpperInvariant(letter).ToString(), letter.ToString()));
        }
        for (var marks = 0; marks < 2; marks++) // ế carries two
        {
            var composed = new List<(string Letter, string Plain)>();
            foreach (var (letter, basic) in bases)
            {
                for (var mark = MarkFirst; mark <= MarkComposingLast; mark++)
                {
                    var one = PathName.ToNfc(letter + (char)mark);
                    if (one.Length == 1 && plain.TryAdd(one[0], basic))
                    {
                        composed.Add((one, basic));
                    }
                }
            }
            bases = composed;
        }
        return plain.ToFrozenDictionary();
    }
}
