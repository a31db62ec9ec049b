namespace Flickr.Browser.Tests;

/// <summary>Photographs to upload: the sample folder beside the repository.</summary>
internal static class Samples
{
    /// <summary>The folder, or null where it is missing.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Full path of a sample; the test reports "not run" where the folder is missing.</summary>
    public static string File(string relativePath)
    {
        Assert.SkipWhen(Folder is null, "not run: the samples folder is missing");
        return Path.Combine(Folder!, relativePath);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("FLICKR_SHARED") is { Length: > 0 } named)
        {
            return Path.Combine(named, "samples");
        }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var samples = Path.Combine(folder.FullName, "shared", "samples");
            if (Directory.Exists(samples))
            {
                return samples;
            }
        }
        return null;
    }
}
