using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Memory;
using Flickr.Edge.Cache.WhatIf;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Edge.Tests.Cache.WhatIf;

public sealed class WhatIfSimulatorTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    [Trait("Requirement", "R079")]
    public void The_sampled_hit_ratio_is_close_to_that_of_the_whole_trace()
    {
        // 40 MiB for 20,000 objects of 10 KB: a fifth of them fits.
        var memory = new EdgeMemoryOptions { BytesMax = 40 << 20 };
        using var simulator =
            new WhatIfSimulator(new EdgeWhatIfOptions { SampleOneIn = 8, QueueMax = 1 << 20 }, memory, _time);
        var whole = new S3FifoSimulation(memory.BytesMax, memory.SmallQueueShare, memory.PromoteHits,
            memory.ObjectBytesMax);
        var lru = new LruSimulation(memory.BytesMax);
        var (hits, lruHits, requests) = (0, 0, 400_000);
        var random = new Random(1);
        for (var i = 0; i < requests; i++)
        {
            var draw = random.NextDouble();
            var key = Hashed((int)(draw * draw * draw * 20_000));
            hits += whole.Ask(key, 10_000) ? 1 : 0;
            lruHits += lru.Ask(key, 10_000) ? 1 : 0;
            simulator.Record(key, 10_000);
        }
        _time.Advance(TimeSpan.FromSeconds(2));

        var report = simulator.Report();
        var now = Assert.Single(report.Rows, row => row.IsNow);
        Assert.Equal(("S3-FIFO", memory.BytesMax), (now.Policy, now.BytesMax));
        Assert.InRange(report.Requests, requests / 8 * 0.8, requests / 8 * 1.2);
        Assert.Equal((double)hits / requests, now.HitRatio, 0.05);
        var sameLru =
            Assert.Single(report.Rows, row => row.Policy == "LRU" && row.BytesMax == memory.BytesMax);
        Assert.Equal((double)lruHits / requests, sameLru.HitRatio, 0.05);
        foreach (var policy in new[] { "S3-FIFO", "LRU" })
        {
            var bySize = report.Rows.Where(row => row.Policy == policy).OrderBy(row =>
                row.BytesMax).Select(row => row.HitRatio).ToArray();
            Assert.Equal(bySize.Order(), bySize);
            Assert.True(bySize[^1] > bySize[0] + 0.1);
        }
    }

    [Fact]
    public void Recording_allocates_nothing_and_a_full_ring_drops()
    {
        using var simulator = new WhatIfSimulator(
            new EdgeWhatIfOptions { SampleOneIn = 1, QueueMax = 1000 },
                new EdgeMemoryOptions { BytesMax = 4 << 20 }, _time);
        var keys = Enumerable.Range(0, 1500).Select(Hashed).ToArray();
        simulator.Record(keys[0], 1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var key in keys)
        {
            simulator.Record(key, 1000);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        _time.Advance(TimeSpan.FromSeconds(1));
        var report = simulator.Report();
        Assert.Equal((1000, 501), (report.Requests, report.Dropped));
    }

    [Fact]
    public void A_large_tier_is_followed_on_fewer_keys()
    {
        using var small = new WhatIfSimulator(new EdgeWhatIfOptions(),
            new EdgeMemoryOptions { BytesMax = 64 << 20 }, _time);
        using var large = new WhatIfSimulator(new EdgeWhatIfOptions(),
            new EdgeMemoryOptions { BytesMax = 256L << 30 }, _time);

        Assert.Equal(16, small.SampleOneIn);
        Assert.True(large.SampleOneIn >= 2048);
    }

    [Fact]
    public void Switched_off_it_follows_nothing()
    {
        using var simulator = new WhatIfSimulator(
            new EdgeWhatIfOptions { Enabled = false, SampleOneIn = 1 },
                new EdgeMemoryOptions { BytesMax = 4 << 20 }, _time);

        simulator.Record(Hashed(1), 1000);
        simulator.Replay();

        Assert.Equal(0, simulator.Report().Requests);
    }

    // As evenly spread as the hashes that keys are.
    private static CacheKey Hashed(int number)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number), hash);
        return CacheKey.Read(hash);
    }
}
