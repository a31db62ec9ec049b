using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Fleet.Durability;

/// <summary>
/// Asks the kernel to put bytes on the device, and believes its answer. .NET 10.0.12 hides a failed fsync
/// (<c>RandomAccess.FlushToDisk</c>, <c>FileStream.Flush(true)</c> raise nothing on EIO), so both are banned
/// and these call
/// libc. A failure is final: after EIO Linux may have dropped the dirty pages, and a second fsync that
/// succeeds proves
/// nothing. Stop writing to the file.
/// </summary>
public static partial class Fsync
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux

    /// <summary>Makes the file's bytes and length durable (fdatasync).</summary>
    /// <exception cref="DurabilityException">The device did not take them.</exception>
    public static void Data(SafeFileHandle file)
    {
        var ok = OperatingSystem.IsWindows() ? FlushFileBuffers(file)
            : OperatingSystem.IsLinux() ? DataSync(file) == 0
            : FullSync(file) == 0;
        Check(ok, "fdatasync");
    }

    /// <summary>
    /// Makes names created, renamed or removed in a directory durable. Without it a new file may vanish
    /// whole.
    /// </summary>
    /// <exception cref="DurabilityException">The device did not take them.</exception>
    public static void Directory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names itself, and a directory cannot be flushed.
        }
        using var directory = Open(path, OperatingSystem.IsLinux() ? ReadOnlyDirectory : 0);
        Check(!directory.IsInvalid, $"open {path}");
        Check(FullSync(directory) == 0, $"fsync {path}");
    }

    private static void Check(bool ok, string what)
    {
        if (!ok)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new DurabilityException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}",
                new Win32Exception(error));
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FullSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle file);
}
