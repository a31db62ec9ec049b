namespace Flickr.Photos.Tests.Hosting;

/// <summary>The sample pictures beside the repository: <c>../shared/samples</c>, or <c>FLICKR_SHARED</c>.</summary>
internal static class Samples
{
    private static readonly string? Root = Find();

    /// <summary>Path of a sample; the test is reported as not run when the samples are missing.</summary>
    public static string File(string name)
    {
        Assert.SkipWhen(Root is null, "not run: ../shared/samples missing");
        return Path.Combine(Root!, name);
    }

    /// <summary>All samples of a folder.</summary>
    public static IReadOnlyList<string> Folder(string name, string pattern = "*") =>
        [.. Directory.EnumerateFiles(File(name), pattern).Order(StringComparer.Ordinal)];

    private static string? Find()
    {
        var shared = Environment.GetEnvironmentVariable("FLICKR_SHARED");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); shared is null && folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Flickr.sln")))
            {
                shared = Path.Combine(folder.Parent!.FullName, "shared");
            }
        }
        var samples = shared is null ? null : Path.Combine(shared, "samples");
        return Directory.Exists(samples) ? samples : null;
    }
}
