using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Flickr.Up;

/// <summary>
/// The keys that the nodes of one installation show to each other, one file each in <c>DATA/secrets</c> (mode
/// 0600 in a directory of mode 0700). Made at the first start, read at every later one, never printed.
/// </summary>
internal sealed record UpSecrets(string Operator, string Edge, string Service, string Storage)
{
    private const int SecretBytes = 32;
    private const int SecretLengthMin = 22;

    /// <summary>File that holds the first operator's key.</summary>
    public static string OperatorKeyFile(string dataDirectory) =>
        Path.Combine(dataDirectory, "secrets", "operator.key");

    /// <summary>
    /// Reads the secrets of a data directory and makes those that are missing.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be written, or a file holds no usable
    /// key.</exception>
    public static UpSecrets ReadOrCreate(string dataDirectory)
    {
        var directory = Path.Combine(dataDirectory, "secrets");
        Directory.CreateDirectory(directory,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new UpSecrets(
            ReadOrCreate(directory, "operator.key"),
            ReadOrCreate(directory, "edge.key"),
            ReadOrCreate(directory, "service.key"),
            ReadOrCreate(directory, "storage.key"));
    }

    private static string ReadOrCreate(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        if (File.Exists(path))
        {
            var found = File.ReadAllText(path).Trim();
            return found.Length >= SecretLengthMin
                ? found
                : throw new IOException(
                    $"{path} holds no key ({SecretLengthMin} characters or more); delete it to make a new one");
        }
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        WriteDurably(directory, path, secret + "\n");
        return secret;
    }

    /// <summary>
    /// Write, sync, rename, sync the directory: a power cut leaves the whole file or none, so that a key that
    /// a node has already used to seal something is never replaced by another.
    /// </summary>
    private static void WriteDurably(string directory, string path, string text)
    {
        var temporary = path + ".new";
        using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            stream.Flush();
            Sync(temporary, Native.FileSync((int)stream.SafeFileHandle.DangerousGetHandle()));
        }
        File.Move(temporary, path);
        var handle = Native.Open(directory, Native.ReadOnlyDirectory);
        Sync(directory, handle < 0 ? -1 : Native.FileSync(handle));
        _ = Native.Close(handle);
    }

    private static void Sync(string path, int result)
    {
        if (result != 0)
        {
            throw new IOException($"cannot sync {path} to disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>The C library itself: the runtime hides fsync errors and cannot open a directory.</summary>
    private static partial class Native
    {
        /// <summary>O_RDONLY; opening a directory so needs no further flag on Linux and macOS.</summary>
        public const int ReadOnlyDirectory = 0;

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int FileSync(int descriptor);

        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Close(int descriptor);
    }
}
