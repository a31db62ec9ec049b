using System.Text.RegularExpressions;

namespace Flickr.Tidy.Tests;

/// <summary>
/// The style rules that look at one file. Each returns what is wrong, in one line a fault; pure.
/// </summary>
internal static partial class Rules
{
    public const int FileLinesMax = 400;
    public const int MethodLinesMax = 60;
    public const int SmallTypeLinesMax = 30;

    private static readonly string[] DrawerFolders =
    [
        "Common", "Shared", "Utils", "Utilities", "Helpers", "Core", "Interfaces", "Models", "Services",
            "Extensions", "Managers",
        "Misc", "Abstractions",
    ];

    // Written in parts so that this file does not break its own rule.
    private static readonly string[] ForbiddenWords =
    [
        "TO" + "DO", "FIX" + "ME", "XX" + "X:", "/wo" + "rk/", "/ro" + "ot/", "/tmp/help" + "ers",
            "/home" + "/", "C:" + "\\Users",
        "api.nu" + "get.org", "nuget.org/" + "v3", "registry.np" + "mjs", "pypi.org/" + "simple",
            "#reg" + "ion",
    ];

    public static IEnumerable<string> LongFile(string file, string text)
    {
        var lines = LinesOf(text);
        return lines > FileLinesMax ? [$"{file} has {lines} lines, more than {FileLinesMax}"] : [];
    }

    public static IEnumerable<string> LongMethods(string file, string text) => CSharpText.Blocks(text)
        .Where(block => !block.IsType && block.Lines > MethodLinesMax)
        .Select(block =>
            $"{file}({block.FirstLine}): {block.Lines} lines, more than {MethodLinesMax}: {FirstLine(block.Head)}");

    /// <summary>
    /// One public type a file; small ones that belong to it (records and enums of a few lines) may share it.
    /// </summary>
    public static IEnumerable<string> PublicTypes(string file, string text)
    {
        var types = CSharpText.Blocks(text)
            .Where(block => block.IsType && block.TypeDepth == 0 && PublicHead().IsMatch(block.Head))
            .OrderByDescending(block => block.Lines)
            .Skip(1)
            .Where(block => block.Lines > SmallTypeLinesMax)
            .Select(block => TypeName().Match(block.Head).Groups[2].Value)
            .ToList();
        return types.Count > 0
            ? [$"{file} holds a second public type of more than {SmallTypeLinesMax} lines: {string.Join(", ", types)}"] : [];
    }

    public static IEnumerable<string> EmptyCatch(string file, string text) => CatchBlock()
        .Matches(CSharpText.Blank(text))
        .Select(match => $"{file}({LineAt(text, match.Index)}): an empty catch");

    public static IEnumerable<string> DrawerFolder(string file) => file.Split('/')[..^1]
        .Where(folder => DrawerFolders.Contains(folder, StringComparer.OrdinalIgnoreCase))
        .Select(folder => $"{file}: '{folder}' is a drawer, not a concept");

    public static IEnumerable<string> ForbiddenWord(string file, string text) => ForbiddenWords
        .Select(word => (word, at: text.IndexOf(word, StringComparison.Ordinal)))
        .Where(found => found.at >= 0)
        .Select(found => $"{file}({LineAt(text, found.at)}): '{found.word}'");

    public static IEnumerable<string> FileScopedNamespace(string file, string text, string? expected)
    {
        var found = NamespaceLine().Match(CSharpText.Blank(text));
        if (!found.Success || expected is null)
        {
            return [];
        }
        return found.Groups[1].Value == expected ? []
            : [$"{file}: namespace {found.Groups[1].Value}, expected {expected}"];
    }

    /// <summary>
    /// A decision note says what was asked, what was chosen, what it costs and what would change our mind.
    /// </summary>
    public static IEnumerable<string> DecisionNote(string file, string text)
    {
        string[] parts = ["asked", "chosen|chose|decision", "cost", "change our mind"];
        var heads = string.Join('\n', text.Split('\n')
            .Where(line => line.StartsWith('#') || line.StartsWith("**", StringComparison.Ordinal)));
        return parts.Where(part => !Regex.IsMatch(heads, part, RegexOptions.IgnoreCase))
            .Select(part => $"{file}: no heading with '{part.Split('|')[0]}'");
    }

    private static int LinesOf(string text) => text.Length == 0 ? 0
        : text.Count(c => c == '\n') + (text[^1] == '\n' ? 0 : 1);

    private static int LineAt(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;

    private static string FirstLine(string head) => head.Split('\n')
        .First(line => !line.TrimStart().StartsWith('[')).Trim();

    [GeneratedRegex(@"(^|\s)public\s")]
    private static partial Regex PublicHead();

    [GeneratedRegex(@"(class|struct|interface|enum|record\s+struct|record\s+class|record)\s+(\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(
        @"\bcatch\s*(\((?>[^()]+|\((?<d>)|\)(?<-d>))*(?(d)(?!))\))?\s*(when\s*\((?>[^()]+|\((?<e>)|\)(?<-e>))*(?(e)(?!))\))?\s*\{\s*\}")]
    private static partial Regex CatchBlock();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
