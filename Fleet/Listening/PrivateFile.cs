using System.Runtime.InteropServices;

namespace Flickr.Listening;

/// <summary>Files that only the program's own user may read: mode 0600 from their first byte.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts whole content under a name: the name holds the old or the new content, never a part.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            Sync(file);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>
    /// Makes what was written durable; by the C library, because the runtime hides a failure. Photos has no other use
    /// for Fleet's.
    /// </summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void Sync(FileStream file)
    {
        file.Flush();
        if (!OperatingSystem.IsWindows() && Native.FileSync((int)file.SafeFileHandle.DangerousGetHandle()) != 0)
        {
            throw new IOException($"cannot sync {file.Name} to disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int FileSync(int descriptor);
    }
}
