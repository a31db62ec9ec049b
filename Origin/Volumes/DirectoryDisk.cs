using Flickr.Fleet.Durability;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Origin.Volumes;

/// <summary>Volumes as files of one directory.</summary>
internal sealed class DirectoryDisk : IVolumeDisk
{
    private readonly string _directory;
    private readonly DriveInfo _drive;

    public DirectoryDisk(string directory)
    {
        _directory = Path.GetFullPath(directory);
        if (!Directory.Exists(_directory))
        {
            Directory.CreateDirectory(_directory);
            Fsync.Directory(Path.GetDirectoryName(_directory)!);
        }
        _drive = new DriveInfo(_directory);
    }

    public long FreeBytes => _drive.AvailableFreeSpace;

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_directory).Select(file => Path.GetFileName(file))];

    public IVolumeFile Create(string name) => OpenFile(name, FileMode.CreateNew);

    public IVolumeFile Open(string name) => OpenFile(name, FileMode.Open);

    public void Delete(string name) => File.Delete(Path.Combine(_directory, name));

    public void SyncDirectory() => Fsync.Directory(_directory);

    private DirectoryFile OpenFile(string name, FileMode mode) => new(File.OpenHandle(
        Path.Combine(_directory, name), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete,
        FileOptions.Asynchronous | FileOptions.RandomAccess));

    private sealed class DirectoryFile(SafeFileHandle handle) : IVolumeFile
    {
        private const long EarlyWriteBytesMin = 256 << 10;

        /// <summary>
        /// The disk is told to begin on another thread, for the kernel walks the pages in the call: the next part is copied
        /// meanwhile. One at a time; a flush waits for it and brings its error.
        /// </summary>
        private Task _early = Task.CompletedTask;

        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> buffer)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0)
                {
                    break;
                }
                total += read;
            }
            return total;
        }

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = await RandomAccess.ReadAsync(handle, buffer[total..], offset + total, cancellationToken);
                if (read == 0)
                {
                    break;
                }
                total += read;
            }
            return total;
        }

        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> parts)
        {
            RandomAccess.Write(handle, parts, offset);
            var length = 0L;
            foreach (var part in parts)
            {
                length += part.Length;
            }
            if (length >= EarlyWriteBytesMin)
            {
                var before = _early;
                _early = Task.Run(async () =>
                {
                    await before;
                    FileRoom.StartWriting(handle, offset, length);
                });
            }
        }

        public void Allocate(long length) => FileRoom.Allocate(handle, length);

        public void Truncate(long length) => FileRoom.Truncate(handle, length);

        public void Sync()
        {
            _early.GetAwaiter().GetResult();
            Fsync.Data(handle);
        }

        public void Dispose()
        {
            ((IAsyncResult)_early).AsyncWaitHandle.WaitOne();
            handle.Dispose();
        }
    }
}
