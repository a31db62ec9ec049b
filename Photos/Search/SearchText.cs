using System.Globalization;
using System.Text;

namespace Flickr.Photos.Search;

/// <summary>
/// What a word is, once for both databases. A run of Chinese, Japanese or Korean letters is stored as its overlapping pairs
/// and the last letter alone (저녁노을 → 저녁 녁노 노을 을), because most of its words are not set apart by spaces; a run of
/// other letters and digits is one word. A query's run of several letters is the phrase of its pairs, which is found
/// wherever the run occurs; a single letter is a prefix. The last letter alone keeps a phrase from crossing into the next run.
/// </summary>
internal static class SearchText
{
    /// <summary>Raised when words are made in another way: the index is then made again.</summary>
    public const int Version = 1;

    /// <summary>Stands where a word is left out, so that the places behind it stay. No text makes it.</summary>
    public const string Gap = "_";

    /// <summary>Most clauses of one query; what is behind them is not looked at.</summary>
    public const int ClausesMax = 16;

    // PostgreSQL keeps places up to 16,383 and 256 of one word.
    private const int TermsMax = 8_000;
    private const int PlacesOfOneTermMax = 255;
    private const int WordLettersMax = 64;

    /// <summary>The terms of texts in their order; <see cref="Gap"/> where one is left out.</summary>
    public static List<string> Terms(IEnumerable<string> texts)
    {
        var terms = new List<string>();
        var counts = new Dictionary<string, int>();
        foreach (var run in texts.SelectMany(Runs))
        {
            List<string> words = run.IsPaired ? [.. Pairs(run.Letters), run.Letters[^1]] : [Word(run)];
            foreach (var term in words)
            {
                var count = counts[term] = counts.GetValueOrDefault(term) + 1;
                terms.Add(count <= PlacesOfOneTermMax ? term : Gap);
                if (terms.Count == TermsMax)
                {
                    return terms;
                }
            }
        }
        return terms;
    }

    /// <summary>What a photo must hold to be found: every clause. Empty when the query holds no letter and no digit.</summary>
    public static List<SearchClause> Clauses(string query) => [.. Runs(query).Take(ClausesMax).Select(run =>
        run.Letters.Count == 1 ? new SearchClause([run.Letters[0]], IsPrefix: true)
        : new SearchClause(run.IsPaired ? Pairs(run.Letters) : [Word(run)], IsPrefix: false))];

    private static string Word(Run run) => string.Concat(run.Letters.Take(WordLettersMax));

    private static List<string> Pairs(List<string> letters)
    {
        var pairs = new List<string>(letters.Count);
        for (var i = 0; i + 1 < letters.Count; i++)
        {
            pairs.Add(letters[i] + letters[i + 1]);
        }
        return pairs;
    }

    private static IEnumerable<Run> Runs(string text)
    {
        Run? run = null;
        foreach (var rune in FoldedText.Of(text).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                if (run is { IsPaired: false })
                {
                    run.Letters[^1] += rune.ToString(); // vowel signs of Hindi or Thai belong to their letter
                }
                continue;
            }
            var isLetter = Rune.IsLetterOrDigit(rune);
            var isPaired = isLetter && IsPaired(rune.Value);
            if (run is not null && (!isLetter || run.IsPaired != isPaired))
            {
                yield return run;
                run = null;
            }
            if (isLetter)
            {
                run ??= new Run(isPaired, []);
                run.Letters.Add(rune.ToString());
            }
        }
        if (run is not null)
        {
            yield return run;
        }
    }

    private static bool IsPaired(int letter) => letter is
        (>= 0x1100 and <= 0x11FF) or (>= 0x3005 and <= 0x3007) or (>= 0x3040 and <= 0x318F) or (>= 0x31A0 and <= 0x31FF)
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xA960 and <= 0xA97F) or (>= 0xAC00 and <= 0xD7FF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    private sealed record Run(bool IsPaired, List<string> Letters);
}

/// <summary>Terms that stand one after the other; or one term that begins a word.</summary>
internal sealed record SearchClause(IReadOnlyList<string> Terms, bool IsPrefix);
