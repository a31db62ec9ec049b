using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache.Memory;

public sealed class S3FifoTests
{
    [Fact]
    public void A_scan_does_not_push_out_what_was_hit()
    {
        var cache = new Simulated(bytesMax: 100_000);
        for (var round = 0; round < 2; round++)
        {
            for (var key = 0; key < 50; key++)
            {
                cache.Ask(key, 1000);
            }
        }

        for (var key = 10_000; key < 20_000; key++)
        {
            cache.Ask(key, 1000);
        }

        Assert.Equal(50, Enumerable.Range(0, 50).Count(cache.Has));
    }

    [Fact]
    public void A_key_that_the_ghost_queue_knows_goes_to_the_main_queue()
    {
        var cache = new Simulated(bytesMax: 100_000);
        for (var key = 0; key < 150; key++)
        {
            cache.Ask(key, 1000);
        }
        Assert.False(cache.Has(0));
        Assert.True(cache.Queues.Remembers(TestBody.Key(0)));

        cache.Ask(0, 1000);

        Assert.Equal(S3FifoQueue.Main, cache.Node(0).Queue);
        Assert.Equal(1, cache.Queues.GhostHits);
        Assert.False(cache.Queues.Remembers(TestBody.Key(0)));
    }

    [Fact]
    public void A_key_is_forgotten_after_a_main_queue_worth_of_other_bytes_has_left()
    {
        var ghost = new GhostQueue(keysMax: 1024, spanBytes: 1 << 20);
        ghost.Add(TestBody.Key(1), 1000);

        ghost.Add(TestBody.Key(2), 1 << 19);
        Assert.True(ghost.Contains(TestBody.Key(1)));
        ghost.Add(TestBody.Key(3), (1 << 19) + 4096);

        Assert.False(ghost.Contains(TestBody.Key(1)));
        Assert.True(ghost.Contains(TestBody.Key(3)));
    }

    [Fact]
    public void An_object_hit_while_it_was_new_is_promoted_and_reported_once()
    {
        var cache = new Simulated(bytesMax: 20_000);
        cache.Ask(1, 1000);
        cache.Ask(1, 1000);

        for (var key = 100; key < 140; key++)
        {
            cache.Ask(key, 1000);
        }

        Assert.Equal(S3FifoQueue.Main, cache.Node(1).Queue);
        Assert.Equal([TestBody.Key(1)], cache.Kept);
        Assert.Equal(1, cache.Queues.Promotions);
    }

    [Fact]
    public void A_large_object_needs_more_hits_than_a_small_one()
    {
        var queues = new S3Fifo(1 << 30, 0.1, promoteHits: 1, ghostKeysMax: 1024);

        Assert.Equal(1, queues.HitsNeeded(20_000));
        Assert.Equal(2, queues.HitsNeeded(200_000));
        Assert.Equal(3, queues.HitsNeeded(2_000_000));
    }

    [Fact]
    public void Bytes_of_the_queues_are_those_of_their_objects()
    {
        var cache = new Simulated(bytesMax: 50_000);
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            cache.Ask(random.Next(200), 200 + random.Next(3000));
            Assert.True(cache.Queues.SmallBytes + cache.Queues.MainBytes <= 50_000);
        }
        Assert.Equal(cache.Nodes.Sum(node => node.ChargeBytes),
            cache.Queues.SmallBytes + cache.Queues.MainBytes);
    }

    /// <summary>A cache without bodies.</summary>
    private sealed class Simulated(long bytesMax)
    {
        private readonly Dictionary<long, S3FifoNode> _map = [];

        public S3Fifo Queues { get; } = new(bytesMax, 0.1, promoteHits: 1, ghostKeysMax: 4096);

        public List<Edge.Cache.CacheKey> Kept { get; } = [];

        public IEnumerable<S3FifoNode> Nodes => _map.Values;

        public bool Has(int key) => _map.ContainsKey(key);

        public S3FifoNode Node(int key) => _map[key];

        public void Ask(int key, long bytes)
        {
            if (_map.TryGetValue(key, out var node))
            {
                node.Touch();
                return;
            }
            while (Queues.SmallBytes + Queues.MainBytes + bytes > bytesMax)
            {
                var victim = Queues.Evict(kept => Kept.Add(kept.Key))!;
                _map.Remove(_map.First(pair => pair.Value == victim).Key);
            }
            _map[key] = new S3FifoNode(TestBody.Key(key)) { ChargeBytes = bytes };
            Queues.Insert(_map[key]);
        }
    }
}
