namespace Flickr.Edge.Tests;

/// <summary>The folder of vectors and samples beside the repository; <c>FLICKR_SHARED</c> wins.</summary>
internal static class SharedFolder
{
    /// <summary>A path in the folder; the test counts as not run when the folder is missing.</summary>
    public static string Find(params string[] parts)
    {
        var folder = Environment.GetEnvironmentVariable("FLICKR_SHARED") ?? FromRepository();
        var path = folder is null ? null : Path.Combine([folder, .. parts]);
        if (path is null || (!File.Exists(path) && !Directory.Exists(path)))
        {
            Assert.Skip($"not run: shared/{string.Join('/', parts)} missing");
        }
        return path;
    }

    private static string? FromRepository()
    {
        for (var folder = new DirectoryInfo(
            AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Flickr.sln")))
            {
                return Path.Combine(folder.Parent!.FullName, "shared");
            }
        }
        return null;
    }
}
