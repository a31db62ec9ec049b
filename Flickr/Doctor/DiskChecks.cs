using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Flickr.Fleet.Durability;

namespace Flickr.Doctor;

/// <summary>Whether a folder's disk is one to keep photos on: room, its kind, and whether its sync is believable.</summary>
internal static class DiskChecks
{
    private const int Syncs = 32;
    private const long FreeBytesMin = 1L << 30;
    private const long FreeBytesGood = 10L << 30;
    private static readonly TimeSpan TooFast = TimeSpan.FromMicroseconds(20);
    private static readonly string[] InMemory = ["tmpfs", "ramfs", "overlay"];

    /// <summary>Looks at the disk under a folder, which is made when missing.</summary>
    public static IEnumerable<Finding> Run(string folder)
    {
        Exception? refused = null;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            refused = fault;
        }
        if (refused is not null)
        {
            yield return Finding.Wrong("disk", $"{folder} cannot be made: {refused.Message}");
            yield break;
        }
        var drive = new DriveInfo(folder);
        yield return Room(drive.AvailableFreeSpace);
        yield return Kind(drive.DriveFormat);
        yield return Sync(folder);
    }

    /// <summary>Judges the free bytes.</summary>
    public static Finding Room(long freeBytes) => freeBytes < FreeBytesMin
        ? Finding.Wrong("disk room", $"{freeBytes >> 20} MiB are free: too few to take photos")
        : freeBytes < FreeBytesGood ? Finding.Warning("disk room", $"{freeBytes >> 20} MiB are free")
        : Finding.Fine("disk room", $"{freeBytes >> 30} GiB are free");

    /// <summary>Judges the file system by its name.</summary>
    public static Finding Kind(string format) => InMemory.Contains(format)
        ? Finding.Wrong("file system", $"{format}: what is stored here does not outlive the machine or the container")
        : Finding.Fine("file system", format);

    /// <summary>
    /// Writes and syncs some blocks, reads them back past the process and measures. A sync that takes no time has not reached a
    /// device that keeps it.
    /// </summary>
    private static Finding Sync(string folder)
    {
        var path = Path.Combine(folder, $"doctor-{Environment.ProcessId}.tmp");
        try
        {
            var block = RandomNumberGenerator.GetBytes(4096);
            var took = new TimeSpan[Syncs];
            using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                for (var count = 0; count < Syncs; count++)
                {
                    RandomAccess.Write(file, block, count * 4096L);
                    var began = Stopwatch.GetTimestamp();
                    Fsync.Data(file);
                    took[count] = Stopwatch.GetElapsedTime(began);
                }
            }
            Fsync.Directory(folder);
            var isWhole = File.ReadAllBytes(path).AsSpan(^4096..).SequenceEqual(block);
            Array.Sort(took);
            return isWhole ? Speed(took[Syncs / 2]) : Finding.Wrong("disk sync", "other bytes came back than were written");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DurabilityException)
        {
            return Finding.Wrong("disk sync", fault.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Judges the median time of a sync.</summary>
    public static Finding Speed(TimeSpan median)
    {
        var time = string.Create(CultureInfo.InvariantCulture, $"{median.TotalMilliseconds:0.###} ms a sync");
        return median < TooFast
            ? Finding.Warning("disk sync", time + ": too fast for a device that keeps what it acknowledges; a power cut may lose photos")
            : median > TimeSpan.FromMilliseconds(100) ? Finding.Warning("disk sync", time + ": uploads will wait for this disk")
            : Finding.Fine("disk sync", time);
    }
}
