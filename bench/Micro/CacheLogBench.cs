using System.Buffers;
using System.IO.Hashing;
using BenchmarkDotNet.Attributes;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Log;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Micro;

/// <summary>
/// The log tier (FASTER) beside flat segment files with an index in memory, both with a checksum checked on
/// each read; files come out of the system's page cache, so this is CPU, not device time. <c>--filter
/// '*CacheLogBench*'</c>.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[WarmupCount(1)]
[IterationCount(5)]
public class CacheLogBench
{
    private const long TotalBytes = 400 << 20;
    private const long FlatBytesMax = 4L << 30;
    private string _directory = "";
    private LogTier _tier = null!;
    private SafeFileHandle _flat = null!;
    private Dictionary<CacheKey, long> _index = null!;
    private byte[] _body = [];
    private ulong _next;
    private long _tail;

    [Params(4 << 10, 50 << 10, 1 << 20)]
    public int ObjectBytes { get; set; }

    private int Objects => (int)(TotalBytes / ObjectBytes);

    [GlobalSetup]
    public void Fill()
    {
        _directory = Directory.CreateTempSubdirectory("flickr-bench-").FullName;
        var options = new EdgeLogOptions { BytesMax = 8L << 30, AdmitAll = true, QueueBytesMax = 1L << 30 };
        _tier = LogTier.Open(options, _directory, TimeProvider.System, NullLogger.Instance);
        _flat = File.OpenHandle(
            Path.Combine(_directory, "flat"), FileMode.Create, FileAccess.ReadWrite, FileShare.None,
                FileOptions.Asynchronous);
        _index = [];
        _body = new byte[ObjectBytes];
        new Random(1).NextBytes(_body);
        for (ulong i = 0; i < (ulong)Objects; i++)
        {
            WriteLog(Key(i));
            WriteFlat();
        }
        _tier.CheckpointAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void Clear()
    {
        _tier.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _flat.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>An object that lies on disk, through FASTER.</summary>
    [Benchmark]
    public async Task<long> FasterDiskRead() => await ReadLogAsync(OldKey());

    /// <summary>An object that is still in the write buffer.</summary>
    [Benchmark]
    public async Task<long> FasterBufferRead() => await ReadLogAsync(Key((ulong)Objects - 1));

    /// <summary>Sixteen objects on disk at a time; per object.</summary>
    [Benchmark(OperationsPerInvoke = 16)]
    public Task FasterDiskRead16() =>
        Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await ReadLogAsync(OldKey()))));

    /// <summary>The same from a flat file.</summary>
    [Benchmark]
    public async Task<long> FlatRead() => await ReadFlatAsync(OldKey());

    /// <summary>Sixteen from a flat file at a time; per object.</summary>
    [Benchmark(OperationsPerInvoke = 16)]
    public Task FlatRead16() =>
        Task.WhenAll(Enumerable.Range(0,
            16).Select(_ => Task.Run(async () => await ReadFlatAsync(OldKey()))));

    /// <summary>64 objects written through the writer thread; per object.</summary>
    [Benchmark(OperationsPerInvoke = 64)]
    public async Task FasterWrite()
    {
        for (var i = 0; i < 64; i++)
        {
            WriteLog(Key(1_000_000 + (_next++ % 4096)));
        }
        await _tier.FlushAsync(CancellationToken.None);
    }

    /// <summary>64 objects appended to a flat file; per object.</summary>
    [Benchmark(OperationsPerInvoke = 64)]
    public void FlatWrite()
    {
        for (var i = 0; i < 64; i++)
        {
            _ = XxHash3.HashToUInt64(_body);
            RandomAccess.Write(_flat, _body, TotalBytes + (_tail++ * ObjectBytes % FlatBytesMax));
        }
    }

    private static CacheKey Key(ulong number) =>
        new(number * 0x9E3779B97F4A7C15, (number * 0xC2B2AE3D27D4EB4F) + 1);

    // Of the older half: no longer in the write buffer.
    private CacheKey OldKey()
    {
        var draw = Interlocked.Increment(ref _next) * 0x9E3779B97F4A7C15;
        return Key((draw >> 33) % ((ulong)Objects / 2));
    }

    private void WriteLog(in CacheKey key)
    {
        using var writer = _tier.StartWrite(key, ObjectBytes)!;
        writer.TryAppend(_body);
        if (!writer.Commit(_body.AsSpan(0, 300), 1))
        {
            throw new InvalidOperationException("the queue is full");
        }
    }

    private void WriteFlat()
    {
        var number = _index.Count;
        _index[Key((ulong)number)] = (long)number * ObjectBytes;
        RandomAccess.Write(_flat, _body, (long)number * ObjectBytes);
    }

    private async ValueTask<long> ReadLogAsync(CacheKey key)
    {
        using var found = await _tier.ReadAsync(key, CancellationToken.None)
            ?? throw new InvalidOperationException("not found");
        long sum = 0;
        for (var i = 0; i < found.ChunkCount; i++)
        {
            using var chunk = await found.ReadChunkAsync(i, CancellationToken.None)
                ?? throw new InvalidOperationException("a chunk is gone");
            sum += chunk.Memory.Length;
        }
        return sum;
    }

    private async ValueTask<long> ReadFlatAsync(CacheKey key)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ObjectBytes);
        var count = await RandomAccess.ReadAsync(_flat, buffer.AsMemory(0, ObjectBytes), _index[key]);
        var checksum = XxHash3.HashToUInt64(buffer.AsSpan(0, count));
        ArrayPool<byte>.Shared.Return(buffer);
        return (long)checksum;
    }
}
