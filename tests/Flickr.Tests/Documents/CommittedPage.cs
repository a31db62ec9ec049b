namespace Flickr.Tests.Documents;

/// <summary>A generated page as it is committed.</summary>
internal static class CommittedPage
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Fails when the page differs from what the code says; writes it instead under FLICKR_WRITE_DOCS=1.</summary>
    public static void Check(string path, string text)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("FLICKR_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, text);
        }
        var committed = File.Exists(file) ? File.ReadAllText(file) : "";
        var missing = text.Split('\n').Except(committed.Split('\n'));
        var left = committed.Split('\n').Except(text.Split('\n'));
        Assert.True(committed == text, $"{path} is not what the code says: run with FLICKR_WRITE_DOCS=1\n"
            + string.Join('\n', missing.Select(line => "+ " + line).Concat(left.Select(line => "- " + line))));
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Flickr.sln")))
            {
                return at.FullName;
            }
        }
        throw new InvalidOperationException("Flickr.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
