using System.Diagnostics;

namespace Flickr.Fleet.Invalidations;

/// <summary>
/// Numbers by 64-bit hash that only ever rise. Reads take no lock; writes come from one thread at a time (the
/// horizon's
/// lock). Two things with one hash share their numbers, which can only cover more.
/// </summary>
/// <remarks>
/// Open addressing in one array: a slot is the hash, then the columns. A writer fills the columns before it
/// publishes the
/// hash; growth builds a new array and swaps it. Sizes are 25·2^n slots, so that a million two-column entries
/// take 39 MB.
/// </remarks>
/// <param name="columns">Numbers per entry.</param>
/// <param name="orderColumns">The first so many columns tell how old an entry is: 1 or 2.</param>
/// <param name="entriesMax">Entries the horizon lets in before it makes room.</param>
internal sealed class NumberTable(int columns, int orderColumns, int entriesMax)
{
    private const int SlotsAtStart = 100;
    private readonly int _stride = columns + 1;
    private long[] _slots = new long[SlotsAtStart * (columns + 1)];
    private long _highest;
    private int _count;

    /// <summary>Entries held.</summary>
    public int Count => _count;

    /// <summary>Whether the next new entry needs room to be made first.</summary>
    public bool IsFull => _count >= entriesMax;

    /// <summary>Columns per entry.</summary>
    public int Columns => columns;

    /// <summary>
    /// The highest number ever put into the order columns: a caller above it need not look.
    /// </summary>
    public long Highest => Volatile.Read(ref _highest);

    /// <summary>Bytes of the array.</summary>
    public long Bytes => (long)_slots.Length * sizeof(long);

    /// <summary>Finds an entry; <paramref name="row"/> reads its columns.</summary>
    public bool TryFind(ulong hash, out Row row)
    {
        var slots = Volatile.Read(ref _slots);
        var at = Find(slots, hash);
        row = new Row(slots, at);
        return Volatile.Read(ref slots[at]) != 0;
    }

    /// <summary>
    /// Raises columns of an entry to at least the given numbers, adding the entry when it is new.
    /// </summary>
    public void Raise(ulong hash, params ReadOnlySpan<long> numbers)
    {
        Debug.Assert(numbers.Length == columns);
        var at = Find(_slots, hash);
        if (_slots[at] == 0)
        {
            if ((_count + 1) * 8L > _slots.Length / _stride * 5L)
            {
                Rebuild(_slots.Length / _stride * 2, static (_, _) => true, long.MinValue);
                at = Find(_slots, hash);
            }
            numbers.CopyTo(_slots.AsSpan(at + 1));
            Volatile.Write(ref _slots[at], (long)hash);
            _count++;
        }
        for (var column = 0; column < columns; column++)
        {
            ref var cell = ref _slots[at + 1 + column];
            if (numbers[column] > cell)
            {
                Volatile.Write(ref cell, numbers[column]);
            }
        }
        RaiseHighest(numbers);
    }

    /// <summary>
    /// Forgets the oldest quarter, judged by its order columns. <paramref name="fold"/> hears the highest
    /// number of each column that is about to be forgotten, before any reader can miss it.
    /// </summary>
    public void ForgetOldest(Action<long[]> fold)
    {
        var orders = new List<long>(_count);
        ForEach((_, row) => orders.Add(OrderOf(row)));
        orders.Sort();
        var limit = orders[orders.Count / 4];
        var highest = new long[columns];
        ForEach((_, row) =>
        {
            for (var column = 0; column < columns && OrderOf(row) <= limit; column++)
            {
                highest[column] = Math.Max(highest[column], row[column]);
            }
        });
        fold(highest);
        Rebuild(_slots.Length / _stride, static (order, limit) => order > limit, limit);
    }

    /// <summary>Calls back with each entry. Not while another thread writes.</summary>
    public void ForEach(Action<ulong, Row> visit)
    {
        for (var at = 0; at < _slots.Length; at += _stride)
        {
            if (_slots[at] != 0)
            {
                visit((ulong)_slots[at], new Row(_slots, at));
            }
        }
    }

    private long OrderOf(Row row) => orderColumns > 1 ? Math.Max(row[0], row[1]) : row[0];

    private void RaiseHighest(ReadOnlySpan<long> numbers)
    {
        var highest = orderColumns > 1 ? Math.Max(numbers[0], numbers[1]) : numbers[0];
        if (highest > _highest)
        {
            Volatile.Write(ref _highest, highest);
        }
    }

    private void Rebuild(int slotCount, Func<long, long, bool> keep, long limit)
    {
        var old = _slots;
        var fresh = new long[slotCount * _stride];
        var count = 0;
        for (var at = 0; at < old.Length; at += _stride)
        {
            if (old[at] != 0 && keep(OrderOf(new Row(old, at)), limit))
            {
                old.AsSpan(at, _stride).CopyTo(fresh.AsSpan(Find(fresh, (ulong)old[at])));
                count++;
            }
        }
        _count = count;
        Volatile.Write(ref _slots, fresh);
    }

    /// <summary>Position of the slot that holds the hash, or of the empty one where it would go.</summary>
    private int Find(long[] slots, ulong hash)
    {
        Debug.Assert(hash != 0);
        var count = slots.Length / _stride;
        var slot = (int)Math.BigMul(hash, (ulong)count, out _);
        while (true)
        {
            var at = slot * _stride;
            var found = Volatile.Read(ref slots[at]);
            if (found == 0 || found == (long)hash)
            {
                return at;
            }
            slot = slot + 1 == count ? 0 : slot + 1;
        }
    }

    /// <summary>The columns of one entry.</summary>
    internal readonly struct Row(long[] slots, int at)
    {
        /// <summary>One column.</summary>
        public long this[int column] => Volatile.Read(ref slots[at + 1 + column]);
    }
}
