namespace Flickr.Origin.Tests;

/// <summary>A folder of a test, deleted after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("flickr-origin-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
