using System.Text.RegularExpressions;
using Xunit;

namespace Flickr.Tidy.Tests;

/// <summary>Pages that make promises which a machine can check.</summary>
public sealed partial class DocumentsTests
{
    [Fact]
    public void The_readme_sets_up_with_two_commands_and_no_more()
    {
        Assert.Equal(["dotnet run -c Release --project Flickr -- up", "./test"],
            SetUpCommands(Repository.Read("README.md")));
        Assert.Equal(2,
            SetUpCommands("# A\n## Two commands\n```sh\na\n```\n```sh\nb\n```\n## More\n```sh\nc\n```\n")
            .Count);
    }

    [Fact]
    public void Every_problem_that_the_programs_answer_is_listed_and_every_listed_one_is_answered()
    {
        var listed = Listed(Repository.Read("docs/problems.md"));
        var sources = Repository.CSharp.Where(file => !file.StartsWith("tests/", StringComparison.Ordinal)
            && !file.StartsWith("bench/", StringComparison.Ordinal))
            .ToDictionary(file => file, Repository.Read);
        var used = sources.SelectMany(source => Named(source.Value).Select(name => (name, source.Key)))
            .ToList();
        var everything = string.Join('\n', sources.Values);

        var unlisted = used.Where(use => !listed.Contains(use.name))
            .Select(use => $"{use.Key}: {use.name} is not in docs/problems.md");
        var unused = listed.Where(name => !everything.Contains($"\"{name}\"", StringComparison.Ordinal)
            && !everything.Contains($"urn:flickr:problem:{name}", StringComparison.Ordinal))
                .Select(name => $"docs/problems.md: nothing answers {name}");

        var faults = unlisted.Concat(unused).Distinct().ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void An_unlisted_problem_is_seen()
    {
        Assert.Equal(["no-such", "other-one"], Named("""x = "urn:flickr:problem:no-such"; Problem.WriteAsync(context, 404, "other-one");"""));
        Assert.Equal(["token-missing"],
            Listed("| name | status |\n|---|---|\n| `token-missing` | 401 |\nplain `not-this`\n"));
    }

    [Fact]
    public void Pages_link_only_to_files_that_exist()
    {
        var faults = Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(file => DeadLinks(file, Repository.Read(file))).ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Single(DeadLinks("README.md",
            "[x](docs/no-such-page.md) [y](https://example.org) [z](#part) `[a](b)`"));
    }

    [Fact]
    public void The_pages_that_a_newcomer_needs_exist()
    {
        string[] pages =
        [
            "README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
                "LICENSE", "docs/wire.md",
            "docs/problems.md",
        ];

        Assert.All(pages, page =>
            Assert.True(Repository.Files.Contains(page) && Repository.Read(page).Length >= 200, page));
        Assert.Contains("Apache License", Repository.Read("LICENSE"), StringComparison.Ordinal);
    }

    private static List<string> SetUpCommands(string readme)
    {
        var section = TwoCommands().Match(readme).Groups[1].Value;
        return [.. Fenced().Matches(section).SelectMany(match => match.Groups[1].Value.Split('\n'))
            .Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#'))];
    }

    private static HashSet<string> Listed(string page) =>
        [.. Row().Matches(page).Select(match => match.Groups[1].Value)];

    private static IEnumerable<string> Named(string source) => Urn().Matches(source)
        .Select(match => match.Groups[1].Value)
        .Concat(Written().Matches(source).Select(match => match.Groups[1].Value));

    private static IEnumerable<string> DeadLinks(string file, string text) => Link()
        .Matches(InlineCode().Replace(text, ""))
        .Select(match => match.Groups[1].Value.Split('#')[0])
        .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            && !target.StartsWith("mailto:", StringComparison.Ordinal))
        .Where(target => !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, target)))
        .Select(target => $"{file}: {target} does not exist");

    [GeneratedRegex(@"^## Two commands\n(.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex TwoCommands();

    [GeneratedRegex(@"^```\w*\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^\|\s*`([a-z][a-z0-9-]+)`\s*\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"urn:flickr:problem:([a-z][a-z0-9-]+)")]
    private static partial Regex Urn();

    [GeneratedRegex(@"(?:Problem(?:\w*)\.(?:Of|WriteAsync|Result|Later)\(|new Problem\(|TypeOf\(|RefuseAsync\()[^;""]*""([a-z][a-z0-9-]+)""")]
    private static partial Regex Written();

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`[^`]*`")]
    private static partial Regex InlineCode();
}
