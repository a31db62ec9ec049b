using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Flickr.Origin.Needles;
using Flickr.Origin.Tests.Volumes;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Crash;

/// <summary>
/// Power cuts on real file systems: a loop device, the file system's own shutdown call under load (which drops whatever was
/// not flushed), a new mount, and a comparison with what was acknowledged. <c>FLICKR_POWER_CUTS=200</c> is the long run.
/// </summary>
[Trait("Category", "Crash")]
public sealed partial class PowerCutTests(ITestOutputHelper output)
{
    private const uint ShutDownFileSystem = 0x8004587D;
    private const uint WithoutFlushingTheLog = 2;

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    [Trait("Requirement", "R036")]
    public async Task A_power_cut_loses_nothing_that_was_acknowledged(string fileSystem)
    {
        var cuts = int.Parse(Environment.GetEnvironmentVariable("FLICKR_POWER_CUTS") ?? "4", CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        var (image, mount) = (Path.Combine(folder.Path, "disk.img"), Path.Combine(folder.Path, "mnt"));
        Directory.CreateDirectory(mount);
        using (var file = File.Create(image))
        {
            file.SetLength(400L << 20);
        }
        if (Run($"mkfs.{fileSystem}", "-q", image) is { } missing)
        {
            Assert.Skip($"not run: mkfs.{fileSystem} is missing or fails here ({missing})");
        }
        if (Run("mount", "-o", "loop", image, mount) is { } refused)
        {
            Assert.Skip($"not run: this machine does not let us mount ({refused})");
        }
        var acknowledged = new ConcurrentDictionary<Digest, byte[]>();
        try
        {
            for (var cut = 0; cut < cuts; cut++)
            {
                await WorkUntilCutAsync(mount, cut, acknowledged);
                Assert.Null(Run("umount", mount));
                Assert.Null(Run("mount", "-o", "loop", image, mount));
                using var store = new StoreUnderTest(new DirectoryDisk(Path.Combine(mount, "volumes")), 4 << 20);
                await store.HasAll(acknowledged, $"{fileSystem}, cut {cut}");
                Assert.Equal(0, store.Metrics.RecordsDamaged.Value);
            }
            output.WriteLine($"{fileSystem}: {cuts} power cuts, {acknowledged.Count} acknowledged, 0 lost, 0 torn");
            Assert.True(acknowledged.Count > cuts, "the writers got on with their work");
        }
        finally
        {
            Run("umount", mount);
        }
    }

    private static async Task WorkUntilCutAsync(string mount, int cut, ConcurrentDictionary<Digest, byte[]> acknowledged)
    {
        using var store = new StoreUnderTest(new DirectoryDisk(Path.Combine(mount, "volumes")), 4 << 20);
        var stored = 0;
        var isCut = false;
        using var enough = new SemaphoreSlim(0);
        var target = 5 + new Random(cut).Next(60);
        var writers = Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; store.Store.Volumes.IsWritable; i++)
            {
                var bytes = new byte[500 + (writer * 7_919 + i * 131) % 30_000];
                new Random(cut * 1_000_000 + writer * 10_000 + i).NextBytes(bytes);
                if (await store.Store.PutAsync(Digest.OfBytes(bytes), 1, new Payload(bytes), null) == StoreVerdict.Stored
                    && !Volatile.Read(ref isCut))
                {
                    acknowledged[Digest.OfBytes(bytes)] = bytes;
                    if (Interlocked.Increment(ref stored) == target)
                    {
                        enough.Release();
                    }
                }
            }
        }).ToList();
        await enough.WaitAsync();
        // Nobody hears an acknowledgement after the power has gone. Here the process lives on, and a flush that the cut overtakes
        // may return success although its journal commit was thrown away (seen on ext4): such an answer counts for nothing.
        Volatile.Write(ref isCut, true);
        CutPower(mount);
        await Task.WhenAll(writers);
        Assert.Equal(1, store.Metrics.DiskFailures.Value);
    }

    private static void CutPower(string mount)
    {
        var descriptor = Open(mount, 0x10000);
        Assert.True(descriptor >= 0, "the mount opens");
        var flags = WithoutFlushingTheLog;
        Assert.Equal(0, Control(descriptor, ShutDownFileSystem, ref flags));
        _ = Close(descriptor);
    }

    /// <summary>Null when the command succeeded, else why not.</summary>
    private static string? Run(string command, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(command) { RedirectStandardError = true, RedirectStandardOutput = true };
            Array.ForEach(arguments, start.ArgumentList.Add);
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return error.Message;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, uint request, ref uint flags);
}
