using System.Diagnostics;
using Flickr.Edge.Cache;

namespace Flickr.Edge.Peers;

/// <summary>
/// Counts how often keys are asked for, in bounded memory: the space-saving sketch (Metwally, Agrawal, El Abbadi 2005).
/// A key that finds no room takes the place of the least counted one and inherits its count as a possible error, so a
/// key that makes up more than one part in <c>keysMax</c> of all asks is never lost. Counts halve with time.
/// Thread-safe: one lock, on misses only.
/// </summary>
internal sealed class HotKeys(int keysMax, TimeSpan halfLife, TimeProvider time)
{
    private readonly Lock _counting = new();
    private readonly Dictionary<CacheKey, int> _places = new(keysMax);
    private readonly Counted[] _heap = new Counted[keysMax]; // least first
    private int _count;
    private long _halvedAt = time.GetTimestamp();

    /// <summary>Keys counted now.</summary>
    public int Count
    {
        get
        {
            lock (_counting)
            {
                return _count;
            }
        }
    }

    /// <summary>Counts one ask. Returns the asks that the key has had at least.</summary>
    public int Add(in CacheKey key)
    {
        lock (_counting)
        {
            Halve();
            if (_places.TryGetValue(key, out var place))
            {
                _heap[place].Asks++;
                return Sunk(place);
            }
            if (_count < _heap.Length)
            {
                place = _count++;
                Set(place, new Counted { Key = key, Asks = 1 });
                return Risen(place);
            }
            var least = _heap[0];
            _places.Remove(least.Key);
            Set(0, new Counted { Key = key, Asks = least.Asks + 1, Error = least.Asks });
            return Sunk(0);
        }
    }

    /// <summary>The most asked keys with their counts, most first.</summary>
    public IReadOnlyList<(CacheKey Key, int Asks)> Top(int count)
    {
        lock (_counting)
        {
            return [.. _heap.Take(_count).OrderByDescending(counted => counted.Asks - counted.Error).Take(count)
                .Select(counted => (counted.Key, counted.Asks - counted.Error))];
        }
    }

    private void Halve()
    {
        var halvings = time.GetElapsedTime(_halvedAt) / halfLife;
        if (halvings < 1)
        {
            return;
        }
        _halvedAt = time.GetTimestamp();
        var shift = (int)Math.Min(halvings, 31);
        _places.Clear();
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            var counted = _heap[i];
            (counted.Asks, counted.Error) = (counted.Asks >> shift, counted.Error >> shift);
            if (counted.Asks > 0)
            {
                _heap[kept++] = counted;
            }
        }
        // Halving keeps the order of a heap, leaving some out does not.
        Array.Sort(_heap, 0, kept, Comparer<Counted>.Create((one, other) => one.Asks.CompareTo(other.Asks)));
        _count = kept;
        for (var i = 0; i < kept; i++)
        {
            _places[_heap[i].Key] = i;
        }
    }

    private int Risen(int place)
    {
        while (place > 0 && _heap[place].Asks < _heap[(place - 1) / 2].Asks)
        {
            place = Swap(place, (place - 1) / 2);
        }
        return _heap[place].Asks - _heap[place].Error;
    }

    private int Sunk(int place)
    {
        while (true)
        {
            var least = (2 * place) + 1;
            if (least >= _count)
            {
                break;
            }
            if (least + 1 < _count && _heap[least + 1].Asks < _heap[least].Asks)
            {
                least++;
            }
            if (_heap[place].Asks <= _heap[least].Asks)
            {
                break;
            }
            place = Swap(place, least);
        }
        Debug.Assert(_heap[place].Asks > _heap[place].Error);
        return _heap[place].Asks - _heap[place].Error;
    }

    private int Swap(int place, int other)
    {
        var moved = _heap[place];
        Set(place, _heap[other]);
        Set(other, moved);
        return other;
    }

    private void Set(int place, Counted counted)
    {
        _heap[place] = counted;
        _places[counted.Key] = place;
    }

    private struct Counted
    {
        public CacheKey Key;
        public int Asks;
        public int Error;
    }
}
