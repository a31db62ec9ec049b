using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The system calls that make and cut room in a file, and start writing early. Nothing here makes bytes durable: that is
/// <see cref="Flickr.Fleet.Durability.Fsync"/>. Every failure is an <see cref="IOException"/> whose HResult is the errno.
/// </summary>
internal static partial class FileRoom
{
    public const int Eio = 5;
    public const int Enospc = 28;
    public const int Edquot = 122;

    private const uint SyncFileRangeWrite = 2;
    private const int Eintr = 4;
    private const int Enosys = 38;
    private const int Eopnotsupp = 95;

    /// <summary>Makes room up to <paramref name="length"/>, so that later writes below it do not run out of space.</summary>
    public static void Allocate(SafeFileHandle file, long length)
    {
        int result;
        do
        {
            result = FAllocate(file, 0, 0, length);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == Eintr);
        if (result != 0 && Marshal.GetLastPInvokeError() is Enosys or Eopnotsupp)
        {
            result = FTruncate(file, length);
        }
        Check(result, "fallocate");
    }

    /// <summary>
    /// Lets the disk begin with bytes that were written, while more are being copied. It waits for nothing and makes nothing
    /// durable: a flush after it does, and finds less to do.
    /// </summary>
    public static void StartWriting(SafeFileHandle file, long offset, long length) =>
        Check(SyncFileRange(file, offset, length, SyncFileRangeWrite), "sync_file_range");

    /// <summary>Cuts the file, or grows it with a hole.</summary>
    public static void Truncate(SafeFileHandle file, long length) => Check(FTruncate(file, length), "ftruncate");

    /// <summary>Whether the error says that the disk, or a quota, is full.</summary>
    public static bool IsFull(IOException error) => error.HResult is Enospc or Edquot;

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
        }
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncate(SafeFileHandle file, long length);
}
