using BenchmarkDotNet.Attributes;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Micro;

/// <summary>
/// The RAM tier: what a hit costs before a byte is sent, what a fill costs. <c>--filter '*CacheBench*'</c>.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[WarmupCount(2)]
[IterationCount(5)]
public class CacheBench
{
    private const int Objects = 10_000;
    private readonly byte[] _body = new byte[20_000];
    private readonly byte[] _head = new byte[300];
    private MemoryTier _full = null!;
    private MemoryTier _churning = null!;
    private S3Fifo _queues = null!;
    private ulong _next;

    [GlobalSetup]
    public void Fill()
    {
        _full = new MemoryTier(new EdgeMemoryOptions { BytesMax = 512 << 20 });
        _churning = new MemoryTier(new EdgeMemoryOptions { BytesMax = 64 << 20 });
        _queues = new S3Fifo(64 << 20, 0.1, 1, 1 << 13);
        for (ulong i = 0; i < Objects; i++)
        {
            Store(_full, Key(i));
        }
        for (ulong i = 0; i < 5000; i++)
        {
            Store(_churning, Key(i));
            _queues.Insert(new S3FifoNode(Key(i)) { ChargeBytes = 20_000 });
        }
    }

    /// <summary>Hit of one hot object, lease and release.</summary>
    [Benchmark]
    public int HitHot()
    {
        _full.TryGet(Key(7), out var lease);
        var length = lease.Head.Length;
        lease.Dispose();
        return length;
    }

    /// <summary>Hit among 10,000 objects, lease, every piece looked at, release.</summary>
    [Benchmark]
    public long HitOfMany()
    {
        _next = (_next * 6364136223846793005) + 1442695040888963407;
        _full.TryGet(Key((_next >> 33) % Objects), out var lease);
        long sum = lease.HeadAddress;
        for (var i = 0; i < lease.SegmentCount; i++)
        {
            sum += lease.Segment(i).Address;
        }
        lease.Dispose();
        return sum;
    }

    /// <summary>Lookup that finds nothing.</summary>
    [Benchmark]
    public bool Miss() => _full.TryGet(Key(_next++ + 1_000_000), out _);

    /// <summary>A 20 KB fill into a full tier: slabs, copy, commit, evictions.</summary>
    [Benchmark]
    public bool Fill20K() => Store(_churning, Key(_next++ + 1_000_000)) == CommitOutcome.Stored;

    /// <summary>One insertion and one eviction of the order alone.</summary>
    [Benchmark]
    public bool InsertAndEvict()
    {
        _queues.Insert(new S3FifoNode(Key(_next++)) { ChargeBytes = 20_000 });
        return _queues.Evict() is not null;
    }

    private static CacheKey Key(ulong number) =>
        new(number * 0x9E3779B97F4A7C15, (number * 0xC2B2AE3D27D4EB4F) + 1);

    private CommitOutcome Store(MemoryTier tier, in CacheKey key)
    {
        using var builder = tier.StartBody(key, _body.Length);
        builder.TryAppend(_body);
        return builder.Commit(_head, 1);
    }
}
