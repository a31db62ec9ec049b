using System.Text.Json;
using Xunit;

namespace Flickr.Tokens.Tests;

/// <summary>The folder of test vectors beside the project, or the one FLICKR_SHARED names.</summary>
internal static class VectorFolder
{
    /// <summary>Reads a vector file; skips the test when the folder is not there.</summary>
    public static JsonDocument Read(string name)
    {
        var file = Find(name);
        if (file is null) Assert.Skip($"not run: vectors folder missing ({name})");
        return JsonDocument.Parse(File.ReadAllText(file));
    }

    private static string? Find(string name)
    {
        var given = Environment.GetEnvironmentVariable("FLICKR_SHARED");
        if (given is not null) return Existing(Path.Combine(given, "vectors", name));
        for (
            var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder =
                folder.Parent)
            if (Existing(Path.Combine(folder.FullName, "shared", "vectors", name)) is { } file) return file;
        return null;
    }

    private static string? Existing(string file) => File.Exists(file) ? file : null;
}
