using System.Globalization;
using System.Text;

namespace Flickr.Tokens.Paths;

/// <summary>Unicode Normalization Form C (UAX #15): decompose, order the marks, compose. Tables in
/// <c>nfc-14.0.txt</c>.</summary>
internal static class NormalizationFormC
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    private static readonly Lazy<Tables> Loaded = new(Tables.Load);

    /// <summary>True when no character can take part in a change, so the tables need not be asked.</summary>
    public static bool IsCertain(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            // Below the first combining mark; CJK ideographs; Hangul syllables: all are starters that stay as
            // they are.
            var certain = c < 0x300 || c is >= '\u4E00' and <= '\u9FFF' or >= '\uAC00' and <= '\uD7A3';
            if (!certain) return false;
        }
        return true;
    }

    /// <summary>The text in Form C.</summary>
    public static string Compose(string text)
    {
        var tables = Loaded.Value;
        var points = new List<int>(text.Length + 8);
        for (var i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
            Decompose(char.ConvertToUtf32(text, i), points, tables);
        Order(points, tables);
        Combine(points, tables);
        var composed = new StringBuilder(points.Count);
        foreach (var point in points) composed.Append(new Rune(point).ToString());
        return composed.ToString();
    }

    private static void Decompose(int point, List<int> into, Tables tables)
    {
        var hangul = point - HangulBase;
        if (hangul is >= 0 and < Syllables)
        {
            into.Add(LeadBase + hangul / (Vowels * Tails));
            into.Add(VowelBase + hangul % (Vowels * Tails) / Tails);
            if (hangul % Tails != 0) into.Add(TailBase + hangul % Tails);
        }
        else if (tables.Decompositions.TryGetValue(point, out var pair))
        {
            Decompose(pair.First, into, tables);
            if (pair.Second != 0) Decompose(pair.Second, into, tables);
        }
        else
        {
            into.Add(point);
        }
    }

    private static void Order(List<int> points, Tables tables)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var mark = tables.Class(points[i]);
            if (mark == 0) continue;
            for (var j = i; j > 0 && tables.Class(points[j - 1]) > mark; j--)
                (points[j], points[j - 1]) = (points[j - 1], points[j]);
        }
    }

    private static void Combine(List<int> points, Tables tables)
    {
        var starter = -1;
        var previous = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var mark = tables.Class(points[i]);
            // A mark is blocked from its starter by one of the same or a higher class between them.
            var reachable = starter >= 0 && (i == starter + 1 || (previous != 0 && previous < mark));
            if (reachable && TryCompose(points[starter], points[i], tables, out var composed))
            {
                points[starter] = composed;
                points.RemoveAt(i--);
                continue;
            }
            if (mark == 0) starter = i;
            previous = mark;
        }
    }

    private static bool TryCompose(int first, int second, Tables tables, out int composed)
    {
        int lead = first - LeadBase, vowel = second - VowelBase, syllable = first - HangulBase,
            tail = second - TailBase;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
        {
            composed = HangulBase + (lead * Vowels + vowel) * Tails;
            return true;
        }
        if (syllable is >= 0 and < Syllables && syllable % Tails == 0 && tail is > 0 and < Tails)
        {
            composed = first + tail;
            return true;
        }
        return tables.Compositions.TryGetValue((first, second), out composed);
    }

    private sealed class Tables
    {
        private readonly Dictionary<int, byte> _classes = [];

        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public int Class(int point) => _classes.GetValueOrDefault(point);

        public static Tables Load()
        {
            var tables = new Tables();
            using var stream =
                typeof(Tables).Assembly.GetManifestResourceStream("Flickr.Tokens.Paths.nfc-14.0.txt")
                ?? throw new InvalidOperationException("The normalization tables are not in the assembly.");
            using var lines = new StreamReader(stream);
            while (lines.ReadLine() is { } line)
                if (!line.StartsWith('#')) tables.Add(line.Split(';'));
            return tables;
        }

        private void Add(string[] fields)
        {
            var point = Hex(fields[1]);
            if (fields[0] == "K")
            {
                for (var last = Hex(fields[2]); point <= last; point++)
                    _classes[point] = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                return;
            }
            var parts = fields[2].Split(' ');
            var pair = (Hex(parts[0]), parts.Length > 1 ? Hex(parts[1]) : 0);
            Decompositions[point] = pair;
            if (fields[0] == "C") Compositions[pair] = point;
        }

        private static int Hex(string digits) =>
            int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
