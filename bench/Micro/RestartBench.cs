using BenchmarkDotNet.Attributes;
using Flickr.Origin;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flickr.Micro;

/// <summary>How long a node with a million small blobs takes to know what it has, and what the index costs in memory.</summary>
[Config(typeof(FewRounds))]
public class RestartBench
{
    private string _folder = "";

    [Params(1_000_000)]
    public int Blobs { get; set; }

    [GlobalSetup]
    public async Task Fill()
    {
        _folder = Directory.CreateTempSubdirectory("flickr-bench-").FullName;
        using var store = Open();
        for (var start = 0; start < Blobs; start += 4_000)
        {
            await Task.WhenAll(Enumerable.Range(start, 4_000).Select(i =>
            {
                var bytes = BitConverter.GetBytes(i);
                return store.PutAsync(Digest.OfBytes(bytes), 1, new Payload(bytes), null);
            }));
        }
    }

    [Benchmark]
    public long Restart()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var store = Open();
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"// index of {store.Blobs.Count} blobs: {bytes / (double)store.Blobs.Count:F1} bytes a blob");
        return store.Blobs.Count;
    }

    [GlobalCleanup]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    private NodeStore Open() => new(new DirectoryDisk(_folder), new VolumeOptions { ReserveBytes = 0, VolumeBytesMax = 64L << 20 },
        "bench", TimeProvider.System, new OriginMetrics(), NullLogger.Instance);
}
