using Flickr.Photos.Origins;

namespace Flickr.Photos.Uploads;

/// <summary>Local copies of originals while the image workers need them. Whatever is left behind is removed at start.</summary>
public sealed class OriginalFiles(PhotosFolders folders, OriginClient origin)
{
    /// <summary>Path of the copy, fetched from storage unless it is there.</summary>
    /// <exception cref="OriginUnavailableException">Storage does not have it now.</exception>
    public async Task<string> GetAsync(string sagaId, string digest, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(FolderOf(sagaId)).FullName;
        var path = Path.Combine(folder, digest);
        if (!File.Exists(path) && !await origin.FetchAsync(digest, path, cancellationToken))
        {
            throw new OriginUnavailableException("the original is not in storage", null);
        }
        return path;
    }

    /// <summary>A folder of the saga's own for the variants.</summary>
    public string OutputFolder(string sagaId) => Directory.CreateDirectory(Path.Combine(FolderOf(sagaId), "out")).FullName;

    /// <summary>Removes everything of a saga.</summary>
    public void Forget(string sagaId)
    {
        var folder = FolderOf(sagaId);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Removes everything, at start.</summary>
    public void ForgetAll()
    {
        foreach (var folder in Directory.EnumerateDirectories(folders.Work))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string FolderOf(string sagaId) => Path.Combine(folders.Work, sagaId);
}
