using System.Globalization;

namespace Flickr.Up;

/// <summary>
/// Keeps a second <c>flickr up</c> off the same data directory: an exclusive lock on <c>DATA/flickr.lock</c>,
/// held by the kernel, so that a killed process leaves nothing behind. <c>DATA/flickr.pid</c> beside it names
/// the holder: the runtime takes a lock for every reader too, so the locked file itself could not be read.
/// </summary>
internal sealed class DataLock : IDisposable
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <summary>
    /// Makes the directory when missing and takes the lock. Null with the refusal when that cannot be.
    /// </summary>
    public static DataLock? TryTake(string dataDirectory, out UpRefusal? refusal)
    {
        refusal = null;
        var path = Path.Combine(dataDirectory, "flickr.lock");
        try
        {
            Directory.CreateDirectory(dataDirectory, OwnerOnly);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(HolderFile(dataDirectory),
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DataLock(file);
        }
        catch (IOException fault) when (IsHeldByAnother(fault) && File.Exists(path))
        {
            refusal =
                new UpRefusal($"{dataDirectory} is in use by another flickr up{HolderOf(dataDirectory)}; " +
                "stop it, or give --data another directory");
        }
        catch (Exception fault) when (
            fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            refusal = new UpRefusal($"cannot write to the data directory {dataDirectory}: {fault.Message}");
        }
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>
    /// EWOULDBLOCK of flock, as the runtime reports it: an IOException proper with errno 11 (35 on macOS).
    /// </summary>
    private static bool IsHeldByAnother(IOException fault) =>
        fault.GetType() == typeof(IOException) && (fault.HResult & 0xffff) is 11 or 35 or 32;

    private static string HolderOf(string dataDirectory)
    {
        try
        {
            return $" (process {File.ReadAllText(HolderFile(dataDirectory)).Trim()})";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string HolderFile(string dataDirectory) => Path.Combine(dataDirectory, "flickr.pid");
}
