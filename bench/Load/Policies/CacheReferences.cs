using Flickr.Edge.Cache;
using Flickr.Edge.Cache.WhatIf;

namespace Flickr.Load.Policies;

/// <summary>
/// SIEVE (Zhang et al., NSDI 2024): one queue, a hand that spares what was visited. By bytes.
/// </summary>
internal sealed class SieveReference(long bytesMax) : ICacheSimulation
{
    private readonly Dictionary<CacheKey, LinkedListNode<Item>> _map = [];
    private readonly LinkedList<Item> _queue = new();
    private LinkedListNode<Item>? _hand;
    private long _bytes;

    public string Policy => "SIEVE";

    public long BytesMax => bytesMax;

    public bool Ask(in CacheKey key, long bytes)
    {
        if (_map.TryGetValue(key, out var node))
        {
            node.Value.Visited = true;
            return true;
        }
        while (_bytes + bytes > bytesMax && _queue.Count > 0)
        {
            EvictOne();
        }
        _map[key] = _queue.AddFirst(new Item(key, bytes));
        _bytes += bytes;
        return false;
    }

    private void EvictOne()
    {
        var node = _hand ?? _queue.Last!;
        while (node.Value.Visited)
        {
            node.Value.Visited = false;
            node = node.Previous ?? _queue.Last!;
        }
        _hand = node.Previous;
        _queue.Remove(node);
        _map.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    private sealed class Item(CacheKey key, long bytes)
    {
        public CacheKey Key { get; } = key;

        public long Bytes { get; } = bytes;

        public bool Visited { get; set; }
    }
}

/// <summary>
/// S3-FIFO as its authors' simulator has it: small queue of a tenth, more than one hit to be promoted, a
/// ghost queue of as many objects as the main queue, sizes not regarded but in the limit.
/// </summary>
internal sealed class S3FifoReference(long bytesMax, int promoteHits) : ICacheSimulation
{
    private readonly Dictionary<CacheKey, Item> _map = [];
    private readonly Queue<Item> _small = new();
    private readonly Queue<Item> _main = new();
    private readonly Queue<CacheKey> _ghost = new();
    private readonly Dictionary<CacheKey, int> _ghostCounts = [];
    private long _smallBytes;
    private long _mainBytes;

    public string Policy => $"S3-FIFO ref {promoteHits}";

    public long BytesMax => bytesMax;

    public bool Ask(in CacheKey key, long bytes)
    {
        if (_map.TryGetValue(key, out var found))
        {
            found.Hits = Math.Min(3, found.Hits + 1);
            return true;
        }
        while (_smallBytes + _mainBytes + bytes > bytesMax && _map.Count > 0)
        {
            EvictOne();
        }
        var item = new Item(key, bytes);
        _map[key] = item;
        if (_ghostCounts.ContainsKey(key))
        {
            _main.Enqueue(item);
            _mainBytes += bytes;
        }
        else
        {
            _small.Enqueue(item);
            _smallBytes += bytes;
        }
        return false;
    }

    private void EvictOne()
    {
        if (_main.Count == 0 || (_smallBytes > bytesMax / 10 && _small.Count > 0))
        {
            var item = _small.Dequeue();
            _smallBytes -= item.Bytes;
            if (item.Hits >= promoteHits)
            {
                item.Hits = 0;
                _main.Enqueue(item);
                _mainBytes += item.Bytes;
                return;
            }
            _map.Remove(item.Key);
            Remember(item.Key);
            return;
        }
        var old = _main.Dequeue();
        if (old.Hits > 0)
        {
            old.Hits--;
            _main.Enqueue(old);
            return;
        }
        _mainBytes -= old.Bytes;
        _map.Remove(old.Key);
    }

    private void Remember(in CacheKey key)
    {
        _ghost.Enqueue(key);
        _ghostCounts[key] = _ghostCounts.GetValueOrDefault(key) + 1;
        while (_ghost.Count > Math.Max(_main.Count, 1))
        {
            var forgotten = _ghost.Dequeue();
            if (--_ghostCounts[forgotten] == 0)
            {
                _ghostCounts.Remove(forgotten);
            }
        }
    }

    private sealed class Item(CacheKey key, long bytes)
    {
        public CacheKey Key { get; } = key;

        public long Bytes { get; } = bytes;

        public int Hits { get; set; }
    }
}

/// <summary>
/// W-TinyLFU (Einziger et al., ACM TOS 2017): a window of 1 %, a segmented LRU behind it, and a count-min
/// sketch of frequencies that lets in only what is asked for more than what would go. By bytes.
/// </summary>
internal sealed class TinyLfuReference : ICacheSimulation
{
    private readonly Dictionary<CacheKey, LinkedListNode<Item>> _map = [];
    private readonly Segment _window = new();
    private readonly Segment _probation = new();
    private readonly Segment _protected = new();
    private readonly byte[][] _sketch =
        [new byte[1 << 18], new byte[1 << 18], new byte[1 << 18], new byte[1 << 18]];
    private readonly long _windowMax;
    private readonly long _protectedMax;
    private readonly int _resetAt;
    private int _counted;

    public TinyLfuReference(long bytesMax, int objects)
    {
        BytesMax = bytesMax;
        _windowMax = Math.Max(1, bytesMax / 100);
        _protectedMax = (bytesMax - _windowMax) * 8 / 10;
        _resetAt = objects * 10;
    }

    public string Policy => "W-TinyLFU";

    public long BytesMax { get; }

    public bool Ask(in CacheKey key, long bytes)
    {
        Count(key);
        if (_map.TryGetValue(key, out var node))
        {
            Hit(node);
            return true;
        }
        if (bytes > BytesMax / 2)
        {
            return false;
        }
        _map[key] = _window.Push(new Item(key, bytes));
        while (_window.Bytes > _windowMax && _window.Items.Count > 1)
        {
            Admit(_window.TakeOldest());
        }
        return false;
    }

    private void Hit(LinkedListNode<Item> node)
    {
        var item = node.Value;
        item.Home!.Remove(node);
        if (item.Home == _window)
        {
            _map[item.Key] = _window.Push(item);
            return;
        }
        _map[item.Key] = _protected.Push(item);
        while (_protected.Bytes > _protectedMax)
        {
            var demoted = _protected.TakeOldest();
            _map[demoted.Key] = _probation.Push(demoted);
        }
    }

    // The newcomer must be asked for more than each that has to go for it.
    private void Admit(Item candidate)
    {
        while (_probation.Bytes + _protected.Bytes + candidate.Bytes > BytesMax - _windowMax)
        {
            var home = _probation.Items.Count > 0 ? _probation : _protected;
            if (home.Items.Count == 0 || Frequency(candidate.Key) <= Frequency(home.Items.Last!.Value.Key))
            {
                _map.Remove(candidate.Key);
                return;
            }
            _map.Remove(home.TakeOldest().Key);
        }
        _map[candidate.Key] = _probation.Push(candidate);
    }

    private void Count(in CacheKey key)
    {
        for (var row = 0; row < _sketch.Length; row++)
        {
            ref var counter = ref _sketch[row][Index(key, row)];
            counter = (byte)Math.Min(15, counter + 1);
        }
        if (++_counted < _resetAt)
        {
            return;
        }
        _counted /= 2;
        foreach (var row in _sketch)
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] /= 2;
            }
        }
    }

    private int Frequency(in CacheKey key)
    {
        var least = int.MaxValue;
        for (var row = 0; row < _sketch.Length; row++)
        {
            least = Math.Min(least, _sketch[row][Index(key, row)]);
        }
        return least;
    }

    private static int Index(in CacheKey key, int row) =>
        (int)((row < 2 ? key.High : key.Low) >> (row % 2 == 0 ? 3 : 31) & 0x3FFFF);

    private sealed class Item(CacheKey key, long bytes)
    {
        public CacheKey Key { get; } = key;

        public long Bytes { get; } = bytes;

        public Segment? Home { get; set; }
    }

    private sealed class Segment
    {
        public LinkedList<Item> Items { get; } = new();

        public long Bytes { get; private set; }

        public LinkedListNode<Item> Push(Item item)
        {
            item.Home = this;
            Bytes += item.Bytes;
            return Items.AddFirst(item);
        }

        public void Remove(LinkedListNode<Item> node)
        {
            Items.Remove(node);
            Bytes -= node.Value.Bytes;
        }

        public Item TakeOldest()
        {
            var node = Items.Last!;
            Remove(node);
            return node.Value;
        }
    }
}
