using Flickr.Listening;
using Microsoft.Extensions.Options;

namespace Flickr.Photos;

/// <summary>Where the service keeps its state. The folders are made when this is made.</summary>
public sealed class PhotosFolders
{
    public PhotosFolders(IOptions<PhotosOptions> options)
    {
        Data = DataFolder.Of(options.Value.DataDirectory, "photos");
        Keys = Directory.CreateDirectory(Path.Combine(Data, "keys")).FullName;
        Work = Path.Combine(Data, "work");
        Directory.CreateDirectory(Work);
    }

    /// <summary>All of it.</summary>
    public string Data { get; }

    /// <summary>Keys that protect the cookies.</summary>
    public string Keys { get; }

    /// <summary>Files the image workers read and write; nothing in it outlives a job.</summary>
    public string Work { get; }

    /// <summary>The connection string of the default database.</summary>
    public string DefaultDatabase => $"Data Source={Path.Combine(Data, "photos.db")}";
}
