using Xunit;

namespace Flickr.Tidy.Tests;

/// <summary>The rules of one file, held against every file.</summary>
public sealed class SourceTests
{
    private static readonly string[] CompiledIntoPrograms = ["Fleet/Listening/", "Fleet/Tracing/", "Fleet/Watching/"];

    [Fact]
    public void No_file_is_longer_than_400_lines() => AssertNone(Repository.CSharp
        .SelectMany(file => Rules.LongFile(file, Repository.Read(file))));

    [Fact]
    public void No_method_is_longer_than_60_lines() => AssertNone(Repository.CSharp
        .SelectMany(file => Rules.LongMethods(file, Repository.Read(file))));

    [Fact]
    public void A_file_holds_one_public_type() => AssertNone(Repository.CSharp
        .Where(file => !file.StartsWith("tests/", StringComparison.Ordinal))
        .SelectMany(file => Rules.PublicTypes(file, Repository.Read(file))));

    [Fact]
    public void No_catch_is_empty() => AssertNone(Repository.CSharp
        .SelectMany(file => Rules.EmptyCatch(file, Repository.Read(file))));

    [Fact]
    public void Folders_are_concepts() =>
        AssertNone(Repository.Files.SelectMany(Rules.DrawerFolder).Distinct());

    [Fact]
    public void No_file_holds_left_over_notes_machine_paths_or_registry_addresses() =>
        AssertNone(Repository.Files
        .Where(file => !file.EndsWith("packages.lock.json", StringComparison.Ordinal))
        .Select(file => (file, text: Repository.Read(file)))
        .Where(read => !read.text.Contains('\0', StringComparison.Ordinal))
        .SelectMany(read => Rules.ForbiddenWord(read.file, read.text)));

    [Fact]
    public void Namespaces_follow_folders() => AssertNone(Repository.CSharp
        .SelectMany(file => Rules.FileScopedNamespace(file, Repository.Read(file), NamespaceOf(file))));

    [Fact]
    public void Decision_notes_have_their_four_parts_and_unique_numbers()
    {
        var notes = Repository.Files.Where(file =>
            file.StartsWith("docs/decisions/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(notes);
        AssertNone(notes.SelectMany(file => Rules.DecisionNote(file, Repository.Read(file))));
        AssertNone(notes.Where(file =>
            !System.Text.RegularExpressions.Regex.IsMatch(file, @"/\d{4}-[a-z0-9-]+\.md$"))
            .Select(file => file + ": not NNNN-title.md"));
        AssertNone(notes.GroupBy(file => Path.GetFileName(file)[..4]).Where(group => group.Count() > 1)
            .Select(group => "two notes have the number " + group.Key));
    }

    /// <summary>
    /// Null where the folder rule does not say: a file compiled into several projects, a bench's entry.
    /// </summary>
    private static string? NamespaceOf(string file)
    {
        var folders = file.Split('/')[..^1];
        if (CompiledIntoPrograms.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)) || folders.Length == 0)
        {
            return null;
        }
        return folders[0] switch
        {
            "Flickr" => string.Join('.', folders),
            "tests" when folders[1] == "Flickr.Tests" =>
                string.Join('.', (string[])["Flickr.Tests", .. folders[2..]]),
            "tests" or "bench" => string.Join('.', (string[])["Flickr", .. folders[1..]]),
            _ => string.Join('.', (string[])["Flickr", .. folders]),
        };
    }

    private static void AssertNone(IEnumerable<string> faults)
    {
        var list = faults.ToList();
        Assert.True(list.Count == 0, $"{list.Count} faults:\n{string.Join('\n', list)}");
    }
}
