using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Edge.Collapse;

/// <summary>
/// Files that hold the older part of large fills, so that memory stays bounded and a slow reader never slows
/// the others. They have no name that survives: each is deleted when its last reader leaves, and the folder
/// is emptied at start.
/// </summary>
internal sealed class Spool
{
    private readonly string _folder;
    private readonly long _bytesMax;
    private long _bytes;
    private long _number;

    public Spool(IOptions<EdgeOptions> edge, IOptions<CollapseOptions> collapse)
    {
        _folder = Path.Combine(edge.Value.DataDirectory, "spool");
        _bytesMax = collapse.Value.SpoolBytesMax;
        Directory.CreateDirectory(_folder);
        foreach (var left in Directory.EnumerateFiles(_folder))
        {
            File.Delete(left);
        }
    }

    /// <summary>Bytes in all open spools.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Takes room for so many bytes. False: the limit is reached.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= _bytesMax)
        {
            return true;
        }
        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Gives room back.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>Opens a file that is gone when its handle closes.</summary>
    public SafeFileHandle Open()
    {
        var path = Path.Combine(_folder, $"{Interlocked.Increment(ref _number)}.spool");
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            FileOptions.Asynchronous);
        File.Delete(path); // the open handle keeps the bytes; a crash leaves nothing behind
        return handle;
    }
}
