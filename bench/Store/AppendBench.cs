using System.Diagnostics;
using Flickr.Fleet.Durability;
using Flickr.Origin;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flickr.Store;

/// <summary>
/// Durable appends to a volume (one flush for all that wait) beside one file for each blob (create, write, fdatasync, rename, fsync
/// of the directory), in turns on the same disk. Digests are made before: this is the storage layer alone.
/// </summary>
internal static class AppendBench
{
    private static readonly (int Bytes, int Blobs)[] Sizes = [(20_000, 4_096), (200_000, 1_024), (2_000_000, 192)];
    private static readonly int[] Writers = [1, 16, 64];

    public static async Task RunAsync(string folder, int rounds, int bytesMin, TextWriter output)
    {
        await output.WriteLineAsync("| bytes | writers | file per blob /s | volume /s | ratio (median of rounds) |\n|---|---|---|---|---|");
        foreach (var (bytes, blobs) in Sizes.Where(size => size.Bytes >= bytesMin))
        {
            foreach (var writers in Writers)
            {
                var pairs = new List<(double Files, double Volume)>();
                for (var round = 0; round < rounds; round++)
                {
                    var set = BlobsOf(bytes, writers == 1 ? blobs / 4 : blobs, round);
                    pairs.Add((await FilesAsync(folder, set, writers), await VolumeAsync(folder, set, writers)));
                }
                var ratio = Median(pairs.Select(pair => pair.Volume / pair.Files));
                await output.WriteLineAsync(FormattableString.Invariant(
                    $"| {bytes:N0} | {writers} | {Median(pairs.Select(pair => pair.Files)):N0} | {Median(pairs.Select(pair => pair.Volume)):N0} | {ratio:F1} |"));
            }
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static (Digest Id, byte[] Bytes)[] BlobsOf(int bytes, int count, int round)
    {
        var set = new (Digest, byte[])[count];
        for (var i = 0; i < count; i++)
        {
            var blob = new byte[bytes];
            new Random(round * 100_000 + i).NextBytes(blob.AsSpan(0, 64));
            set[i] = (new Digest((ulong)i << 40, (ulong)Random.Shared.NextInt64(), (ulong)round, (ulong)bytes), blob);
        }
        return set;
    }

    private static async Task<double> VolumeAsync(string folder, (Digest Id, byte[] Bytes)[] blobs, int writers)
    {
        var path = Path.Combine(folder, "volumes");
        double rate;
        using (var store = new NodeStore(new DirectoryDisk(path), new VolumeOptions { ReserveBytes = 0 }, "bench",
            TimeProvider.System, new OriginMetrics(), NullLogger.Instance))
        {
            // The volume is made, and its first room, before the clock runs: a node does this once in a gigabyte.
            await store.PutAsync(Digest.OfBytes([1]), 1, new Payload(new byte[] { 1 }), null);
            rate = await RateAsync(blobs, writers, async blob =>
            {
                if (await store.PutAsync(blob.Id, 1, new Payload(blob.Bytes), null) != StoreVerdict.Stored)
                {
                    throw new IOException("The volume took a blob not.");
                }
            });
        }
        Directory.Delete(path, recursive: true);
        return rate;
    }

    private static async Task<double> FilesAsync(string folder, (Digest Id, byte[] Bytes)[] blobs, int writers)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder, "files")).FullName;
        var rate = await RateAsync(blobs, writers, blob =>
        {
            var name = Path.Combine(path, blob.Id.ToString());
            using (var file = File.OpenHandle(name + ".new", FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, blob.Bytes, 0);
                Fsync.Data(file);
            }
            File.Move(name + ".new", name);
            Fsync.Directory(path);
            return Task.CompletedTask;
        });
        Directory.Delete(path, recursive: true);
        return rate;
    }

    private static async Task<double> RateAsync(
        (Digest Id, byte[] Bytes)[] blobs, int writers, Func<(Digest Id, byte[] Bytes), Task> write)
    {
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Factory.StartNew(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < blobs.Length)
            {
                await write(blobs[i]);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
        return blobs.Length / watch.Elapsed.TotalSeconds;
    }
}
