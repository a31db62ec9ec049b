using System.Diagnostics;
using Flickr.Origin;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flickr.Store;

/// <summary>How long a node with many blobs takes to know what it has, and what its index costs in memory.</summary>
internal static class RestartRun
{
    public static async Task RunAsync(string folder, int blobs, TextWriter output)
    {
        using (var store = Open(folder))
        {
            for (var start = 0; start < blobs; start += 4_000)
            {
                await Task.WhenAll(Enumerable.Range(start, Math.Min(4_000, blobs - start)).Select(i =>
                {
                    var bytes = new byte[200];
                    BitConverter.TryWriteBytes(bytes, i);
                    return store.PutAsync(Digest.OfBytes(bytes), 1, new Payload(bytes), null);
                }));
            }
        }
        await StartAsync(folder, "after a stop", output);
        // As after a kill in the worst moment: the last checkpoint is gone, the open volume is read from its log.
        foreach (var checkpoint in Directory.EnumerateFiles(folder, "*.idx"))
        {
            File.Delete(checkpoint);
        }
        await StartAsync(folder, "open volume without its checkpoint", output);
    }

    private static async Task StartAsync(string folder, string when, TextWriter output)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        using var store = Open(folder);
        var took = watch.Elapsed;
        var perBlob = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)store.Blobs.Count;
        await output.WriteLineAsync(FormattableString.Invariant(
            $"restart, {when}: {store.Blobs.Count:N0} blobs in {store.Volumes.Volumes.Count()} volumes: {took.TotalSeconds:F2} s, {perBlob:F1} bytes of heap a blob, working set {Environment.WorkingSet >> 20} MiB"));
    }

    private static NodeStore Open(string folder) => new(new DirectoryDisk(folder), new VolumeOptions { ReserveBytes = 0 }, "bench",
        TimeProvider.System, new OriginMetrics(), NullLogger.Instance);
}
