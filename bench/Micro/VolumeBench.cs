using BenchmarkDotNet.Attributes;
using Flickr.Fleet.Durability;
using Flickr.Origin;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flickr.Micro;

/// <summary>
/// Durable appends to a volume (one flush for all that wait) beside one file for each blob (create, write, fdatasync, rename, fsync
/// of the directory). One operation is one acknowledged blob. Bytes differ, so nothing is deduplicated; digests are made before.
/// </summary>
[Config(typeof(FewRounds))]
public class VolumeBench
{
    private const int Blobs = 256;
    private string _folder = "";
    private NodeStore _store = null!;
    private (Digest Id, byte[] Bytes)[] _blobs = [];
    private int _round;

    [Params(20_000, 200_000, 2_000_000)]
    public int Bytes { get; set; }

    [Params(1, 16, 64)]
    public int Writers { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("flickr-bench-").FullName;
        _store = new NodeStore(new DirectoryDisk(Path.Combine(_folder, "volumes")), new VolumeOptions { ReserveBytes = 0 }, "bench",
            TimeProvider.System, new OriginMetrics(), NullLogger.Instance);
    }

    [IterationSetup]
    public void Prepare()
    {
        var round = ++_round;
        _blobs = new (Digest, byte[])[Bytes > 1_000_000 ? Blobs / 4 : Blobs];
        for (var i = 0; i < _blobs.Length; i++)
        {
            var bytes = new byte[Bytes];
            new Random(round * 10_000 + i).NextBytes(bytes.AsSpan(0, 64));
            _blobs[i] = (Digest.OfBytes(bytes), bytes);
        }
    }

    /// <summary>Time for 256 blobs (64 at 2 MB).</summary>
    [Benchmark(Baseline = true)]
    public Task FilePerBlob() => WriteAllAsync(blob =>
    {
        var path = Path.Combine(_folder, blob.Id.ToString());
        using (var file = File.OpenHandle(path + ".new", FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, blob.Bytes, 0);
            Fsync.Data(file);
        }
        File.Move(path + ".new", path);
        Fsync.Directory(_folder);
        return Task.CompletedTask;
    });

    /// <summary>Time for 256 blobs (64 at 2 MB).</summary>
    [Benchmark]
    public Task Volume() => WriteAllAsync(blob => _store.PutAsync(blob.Id, 1, new Payload(blob.Bytes), null));

    [IterationCleanup]
    public void DeleteFiles()
    {
        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            File.Delete(file);
        }
    }

    [GlobalCleanup]
    public void Close()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WriteAllAsync(Func<(Digest Id, byte[] Bytes), Task> write)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Factory.StartNew(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < _blobs.Length)
            {
                await write(_blobs[i]);
            }
        }, TaskCreationOptions.LongRunning).Unwrap()));
    }
}
