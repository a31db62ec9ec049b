using System.Text;
using System.Text.RegularExpressions;

namespace Flickr.Tidy.Tests;

/// <summary>
/// C# read as far as the style rules need it: comments and literals blanked, braces matched, members and
/// types found by the text before their brace. No compiler: a rule that needs one belongs to an analyzer.
/// </summary>
internal static partial class CSharpText
{
    /// <summary>
    /// A type or member: its head, its first and last line (from 1), and how deep in types it sits.
    /// </summary>
    public sealed record Block(string Head, int FirstLine, int LastLine, int TypeDepth, bool IsType)
    {
        public int Lines => LastLine - FirstLine + 1;
    }

    /// <summary>
    /// The text with every comment, string and character replaced by blanks; lines stay where they are.
    /// </summary>
    public static string Blank(string source)
    {
        var text = new StringBuilder(source);
        for (var at = 0; at < source.Length;)
        {
            var end = EndOfOpaque(source, at);
            for (var i = at; i < end; i++)
            {
                if (source[i] is not '\n')
                {
                    text[i] = ' ';
                }
            }
            at = Math.Max(end, at + 1);
        }
        return text.ToString();
    }

    /// <summary>Types and their members in order of their end.</summary>
    public static IReadOnlyList<Block> Blocks(string source)
    {
        var text = Blank(source);
        var blocks = new List<Block>();
        var open = new Stack<(string Head, int Line, bool IsType, bool IsMember)>();
        var (headStart, parentheses, typeDepth, line) = (0, 0, 0, 1);
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\n':
                    line++;
                    break;
                case '(' or '[':
                    parentheses++;
                    break;
                case ')' or ']':
                    parentheses--;
                    break;
                case ';' when parentheses == 0:
                    AddExpressionBodied(text, headStart, at, line, open, typeDepth, blocks);
                    headStart = at + 1;
                    break;
                case '{':
                    var head = text[headStart..at].Trim();
                    var isType = TypeHead().IsMatch(head);
                    var isMember = !isType && open.TryPeek(out var outer) && outer.IsType;
                    open.Push((head, line - head.Count(c => c == '\n') - TrailingLines(text, at), isType,
                        isMember));
                    typeDepth += isType && !head.StartsWith("namespace", StringComparison.Ordinal) ? 1 : 0;
                    headStart = at + 1;
                    break;
                case '}' when open.Count > 0:
                    var closed = open.Pop();
                    typeDepth -= closed.IsType
                        && !closed.Head.StartsWith("namespace", StringComparison.Ordinal) ? 1 : 0;
                    if (closed.IsType || closed.IsMember)
                    {
                        blocks.Add(new Block(closed.Head, closed.Line, line, typeDepth, closed.IsType));
                    }
                    headStart = at + 1;
                    break;
            }
        }
        return blocks;
    }

    private static void AddExpressionBodied(string text, int from, int to, int line,
        Stack<(string Head, int Line, bool IsType, bool IsMember)> open, int typeDepth, List<Block> blocks)
    {
        var head = text[from..to].Trim();
        if (head.StartsWith("namespace", StringComparison.Ordinal))
        {
            return;
        }
        if (TypeHead().IsMatch(head) && !head.Contains('=', StringComparison.Ordinal))
        {
            blocks.Add(new Block(head, line - head.Count(c => c == '\n'), line, typeDepth, IsType: true));
        }
        else if (open.TryPeek(out var outer) && outer.IsType && head.Contains("=>", StringComparison.Ordinal))
        {
            blocks.Add(new Block(head, line - head.Count(c => c == '\n'), line, typeDepth, IsType: false));
        }
    }

    /// <summary>Line ends between the head and its brace.</summary>
    private static int TrailingLines(string text, int brace)
    {
        var lines = 0;
        for (var at = brace - 1; at >= 0 && char.IsWhiteSpace(text[at]); at--)
        {
            lines += text[at] == '\n' ? 1 : 0;
        }
        return lines;
    }

    /// <summary>Where a comment or literal that begins here ends; the same place when none begins.</summary>
    private static int EndOfOpaque(string source, int at)
    {
        var rest = source.AsSpan(at);
        if (rest.StartsWith("//"))
        {
            return EndAt(source, at, "\n", 0);
        }
        if (rest.StartsWith("/*"))
        {
            return EndAt(source, at + 2, "*/", 2);
        }
        var quote = Prefix().Match(source, at);
        if (quote.Success)
        {
            var prefix = quote.Groups[1].Value;
            var quotes = quote.Groups[2].Length;
            if (quotes >= 3 && !prefix.Contains('@'))
            {
                return EndAt(source, at + quote.Length, new string('"', quotes), quotes);
            }
            return EndOfString(source, at + prefix.Length + 1, prefix.Contains('@'), prefix.Contains('$'));
        }
        return source[at] == '\'' && Character().Match(source, at) is { Success: true } character
            ? at + character.Length : at;
    }

    private static int EndOfString(string source, int at, bool isVerbatim, bool isInterpolated)
    {
        for (var depth = 0; at < source.Length; at++)
        {
            switch (source[at])
            {
                case '\\' when !isVerbatim:
                    at++;
                    break;
                case '{' when isInterpolated:
                    depth++;
                    break;
                case '}' when isInterpolated && depth > 0:
                    depth--;
                    break;
                case '"' when depth > 0:
                    at = EndOfString(source, at + 1, isVerbatim: false, isInterpolated: false) - 1;
                    break;
                case '"' when isVerbatim && at + 1 < source.Length && source[at + 1] == '"':
                    at++;
                    break;
                case '"':
                    return at + 1;
                case '\n' when !isVerbatim && depth == 0:
                    return at;
            }
        }
        return source.Length;
    }

    private static int EndAt(string source, int from, string end, int length)
    {
        var at = source.IndexOf(end, from, StringComparison.Ordinal);
        return at < 0 ? source.Length : at + length;
    }

    [GeneratedRegex("""\G([$@]*)("{3,}|")""")]
    private static partial Regex Prefix();

    [GeneratedRegex("""\G'(\\.[^']{0,8}|[^'\\])'""")]
    private static partial Regex Character();

    [GeneratedRegex(@"(^|\s)(class|struct|interface|enum|namespace|record)\s+(?!where\b)[\w.]+",
        RegexOptions.None)]
    private static partial Regex TypeHead();
}
