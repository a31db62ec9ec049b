namespace Flickr.Tests;

/// <summary>
/// The sample photos in the folder <c>shared</c> beside the repository, or where FLICKR_SHARED points.
/// </summary>
internal static class Samples
{
    private static readonly string? Folder = Find();

    /// <summary>Path of a sample; a test whose sample is missing reports itself as not run.</summary>
    public static string At(string name)
    {
        if (Folder is null)
        {
            Assert.Skip("not run: the folder of samples (shared/samples, or FLICKR_SHARED) is missing");
        }
        var path = Path.Combine(Folder, name);
        if (!File.Exists(path))
        {
            Assert.Skip($"not run: sample {name} is missing");
        }
        return path;
    }

    public static byte[] Read(string name) => File.ReadAllBytes(At(name));

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("FLICKR_SHARED") is { Length: > 0 } given)
        {
            return Existing(given);
        }
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Flickr.sln")))
            {
                return at.Parent is null ? null : Existing(Path.Combine(at.Parent.FullName, "shared"));
            }
        }
        return null;
    }

    private static string? Existing(string shared)
    {
        var samples = Path.Combine(shared, "samples");
        return Directory.Exists(samples) ? samples : null;
    }
}
