using System.Runtime.CompilerServices;

namespace Flickr.Tidy.Tests;

/// <summary>The files of this repository as they lie in the working tree, without build output.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        "bin", "obj", ".git", "artifacts", "TestResults", "node_modules", ".vs", ".idea",
            "BenchmarkDotNet.Artifacts",
    };

    public static string Root { get; } = FindRoot();

    /// <summary>Every file, paths relative to the root with <c>/</c>.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Walk(Root).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    public static IEnumerable<string> CSharp =>
        Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static IEnumerable<string> Walk(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory)
            .Where(file => Path.GetFileName(file) != ".git"))
        {
            yield return file;
        }
        foreach (var inner in Directory.EnumerateDirectories(directory)
            .Where(d => !Skipped.Contains(Path.GetFileName(d))))
        {
            foreach (var file in Walk(inner))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        var start = File.Exists(thisFile) ? Path.GetDirectoryName(thisFile)! : AppContext.BaseDirectory;
        for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Flickr.sln")))
            {
                return at.FullName;
            }
        }
        throw new InvalidOperationException("Flickr.sln is in no folder above " + start);
    }
}
