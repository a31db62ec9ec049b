using System.Xml.Linq;
using Xunit;

namespace Flickr.Tidy.Tests;

/// <summary>References between projects point one way, and the build holds what it promises.</summary>
public sealed class ProjectsTests
{
    /// <summary>
    /// Programs → Fleet → Tokens, programs → Sql and Discovery; only the command may reference programs.
    /// </summary>
    private static readonly Dictionary<string, string[]> MayReference = new(StringComparer.Ordinal)
    {
        ["Tokens"] = [],
        ["Fleet"] = ["Tokens"],
        ["Sql"] = [],
        ["Discovery"] = [],
        ["Edge"] = ["Fleet", "Tokens", "Discovery"],
        ["Origin"] = ["Fleet", "Discovery"],
        ["ControlPlane"] = ["Fleet", "Tokens", "Sql", "Discovery"],
        ["Photos"] = ["Tokens", "Sql", "Discovery"],
        ["Flickr"] = ["Tokens", "Fleet", "Sql", "Edge", "Origin", "ControlPlane", "Photos"],
    };

    [Fact]
    public void Projects_reference_only_what_the_map_allows()
    {
        var faults = Projects().Where(file => !IsTestOrBench(file))
            .SelectMany(file => Unallowed(NameOf(file), References(Repository.Read(file)))).ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void A_reference_from_one_program_to_another_is_found()
    {
        var references = References("""<Project><ItemGroup><ProjectReference Include="../Origin/Origin.csproj" /></ItemGroup></Project>""");

        Assert.Equal(["Edge may not reference Origin"], Unallowed("Edge", references));
        Assert.Empty(Unallowed("Flickr", references));
    }

    [Fact]
    public void A_project_is_one_top_folder_of_its_own_name()
    {
        var faults = Projects().Where(file => file.Split('/')[^2] != NameOf(file)).ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(MayReference.Keys.Order(), Projects().Where(file => !IsTestOrBench(file)).Select(NameOf)
            .Order());
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_a_lock_file()
    {
        var solution = Repository.Read("Flickr.sln").Replace('\\', '/');
        var faults = Projects().Where(file => !solution.Contains(file, StringComparison.Ordinal))
            .Select(file => file + " is not in Flickr.sln")
            .Concat(Projects()
                .Select(file => Path.GetDirectoryName(file)!.Replace('\\', '/') + "/packages.lock.json")
                .Where(file => !Repository.Files.Contains(file)).Select(file => file + " is missing"))
                    .ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void No_project_pins_a_version_or_switches_warnings_back()
    {
        var faults = Projects().SelectMany(file => Loosened(file, Repository.Read(file))).ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.NotEmpty(Loosened("A.csproj", """<Project><PackageReference Include="A" Version="1.0" /></Project>"""));
        Assert.NotEmpty(Loosened("A.csproj",
            "<Project><TreatWarningsAsErrors>false</TreatWarningsAsErrors></Project>"));
    }

    [Fact]
    public void Builds_know_the_banned_symbols_and_treat_warnings_as_errors()
    {
        var props = XDocument.Parse(Repository.Read("Directory.Build.props"));
        var packages = Repository.Read("Directory.Packages.props");
        var banned = Repository.Read("BannedSymbols.txt");

        Assert.Contains(props.Descendants("AdditionalFiles"), item =>
            item.Attribute("Include")!.Value.EndsWith("BannedSymbols.txt", StringComparison.Ordinal));
        Assert.Equal("true", props.Descendants("TreatWarningsAsErrors").Single().Value);
        Assert.Equal("enable", props.Descendants("Nullable").Single().Value);
        Assert.Contains("GlobalPackageReference Include=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\"",
            packages, StringComparison.Ordinal);
        foreach (var symbol in (string[])["System.DateTime.UtcNow", "System.IO.RandomAccess.FlushToDisk",
            "System.IO.FileStream.Flush(System.Boolean)", "Thread.Sleep"])
        {
            Assert.Contains(symbol, banned, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Projects() =>
        Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

    private static bool IsTestOrBench(string file) =>
        file.StartsWith("tests/", StringComparison.Ordinal)
            || file.StartsWith("bench/", StringComparison.Ordinal);

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);

    private static IEnumerable<string> References(string project) => XDocument.Parse(project)
        .Descendants("ProjectReference")
        .Select(reference =>
            Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    private static IEnumerable<string> Unallowed(string project, IEnumerable<string> references) => references
        .Where(reference => !MayReference[project].Contains(reference))
        .Select(reference => $"{project} may not reference {reference}");

    private static IEnumerable<string> Loosened(string file, string project)
    {
        var document = XDocument.Parse(project);
        return document.Descendants("PackageReference").Where(item => item.Attribute("Version") is not null)
            .Select(item => $"{file}: {item.Attribute("Include")?.Value} has its own version")
            .Concat(document.Descendants()
                .Where(item =>
                item.Name.LocalName is "TreatWarningsAsErrors" or "Nullable" or "RestoreLockedMode"
                or "RestorePackagesWithLockFile")
                    .Select(item => $"{file}: {item.Name.LocalName} belongs to Directory.Build.props"));
    }
}
