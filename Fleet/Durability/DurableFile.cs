using Microsoft.Win32.SafeHandles;

namespace Flickr.Fleet.Durability;

/// <summary>
/// A file that says truly when its bytes are on the device. After one failed write or sync it refuses
/// everything more.
/// Not thread-safe: its owner writes from one thread at a time.
/// </summary>
public sealed class DurableFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private bool _failed;

    private DurableFile(SafeFileHandle handle, string path, long length) =>
        (_handle, Path, Length) = (handle, path, length);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Bytes written, synced or not.</summary>
    public long Length { get; private set; }

    /// <summary>
    /// Whether a write or a sync failed: what is on the device is then unknown beyond the last successful
    /// sync.
    /// </summary>
    public bool HasFailed => _failed;

    /// <summary>
    /// Opens for reading and writing. A file made here is named durably before the method returns.
    /// </summary>
    /// <exception cref="DurabilityException">The directory entry could not be made durable.</exception>
    public static DurableFile Open(string path)
    {
        var isNew = !File.Exists(path);
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            if (isNew)
            {
                Fsync.Data(handle);
                Fsync.Directory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            }
            return new DurableFile(handle, path, RandomAccess.GetLength(handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Puts whole new content under a name: temporary file, sync, rename, sync of the directory. After a
    /// power cut the name
    /// holds the old or the new content, never a part.
    /// </summary>
    /// <exception cref="DurabilityException">Not durable; the old content may still be there.</exception>
    public static void Replace(string path, Action<DurableFile> write)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = Open(temporary))
        {
            write(file);
            file.Sync();
        }
        File.Move(temporary, path, overwrite: true);
        Fsync.Directory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
    }

    /// <summary>Writes at the end. Not durable until <see cref="Sync"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Guard(() => { });
        var length = Length;
        try
        {
            RandomAccess.Write(_handle, bytes, length);
        }
        catch
        {
            _failed = true;
            throw;
        }
        Length = length + bytes.Length;
    }

    /// <summary>Cuts off what is behind <paramref name="length"/>, e.g. a torn record.</summary>
    public void Truncate(long length)
    {
        Guard(() => RandomAccess.SetLength(_handle, length));
        Length = length;
    }

    /// <summary>Makes everything written durable.</summary>
    /// <exception cref="DurabilityException">The device did not take it; final.</exception>
    public void Sync() => Guard(() => Fsync.Data(_handle));

    /// <summary>Reads the whole file.</summary>
    public byte[] ReadAll()
    {
        var bytes = new byte[Length];
        var read = 0;
        while (read < bytes.Length)
        {
            var count = RandomAccess.Read(_handle, bytes.AsSpan(read), read);
            if (count == 0)
            {
                throw new EndOfStreamException($"{Path} shrank while it was read");
            }
            read += count;
        }
        return bytes;
    }

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();

    private void Guard(Action work)
    {
        if (_failed)
        {
            throw new DurabilityException($"{Path} failed before: it takes no more writes");
        }
        try
        {
            work();
        }
        catch
        {
            _failed = true;
            throw;
        }
    }
}
