namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// Ties one lease to one object. The generation moves on at the release, so that copies of the lease are dead
/// from then on.
/// </summary>
internal sealed class LeaseSlot(LeaseSlotPool pool)
{
    private long _generation;
    private CachedObject? _target;

    internal LeaseSlot? NextFree;

    public long Generation => Volatile.Read(ref _generation);

    public void Set(CachedObject target) => _target = target;

    public CachedObject Target(long generation)
    {
        var target = _target;
        return target is not null && Volatile.Read(ref _generation) == generation
            ? target
            : throw new InvalidOperationException("a cached object was used after its lease was released");
    }

    public void Release(long generation)
    {
        var target = _target;
        if (Interlocked.CompareExchange(ref _generation, generation + 1, generation) != generation)
        {
            throw new InvalidOperationException("a lease of a cached object was released twice");
        }
        _target = null;
        pool.Return(this);
        target!.Release();
    }
}

/// <summary>
/// Keeps the slots of leases for reuse, so that a lookup allocates nothing. Striped by processor; each stripe
/// has one slot that is swapped without a lock and a list behind it.
/// </summary>
internal sealed class LeaseSlotPool
{
    private readonly Stripe[] _stripes;

    public LeaseSlotPool()
    {
        _stripes = new Stripe[Math.Clamp(Environment.ProcessorCount, 1, 64)];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe();
        }
    }

    /// <summary>Leases not yet given back.</summary>
    public long Outstanding
    {
        get
        {
            long sum = 0;
            foreach (var stripe in _stripes)
            {
                sum += Interlocked.Read(ref stripe.Outstanding);
            }
            return sum;
        }
    }

    public LeaseSlot Rent()
    {
        var stripe = Here();
        Interlocked.Increment(ref stripe.Outstanding);
        if (Interlocked.Exchange(ref stripe.Fast, null) is { } fast)
        {
            return fast;
        }
        lock (stripe.Gate)
        {
            if (stripe.Free is { } slot)
            {
                stripe.Free = slot.NextFree;
                slot.NextFree = null;
                return slot;
            }
        }
        return new LeaseSlot(this);
    }

    public void Return(LeaseSlot slot)
    {
        var stripe = Here();
        Interlocked.Decrement(ref stripe.Outstanding);
        if (Interlocked.CompareExchange(ref stripe.Fast, slot, null) is null)
        {
            return;
        }
        lock (stripe.Gate)
        {
            slot.NextFree = stripe.Free;
            stripe.Free = slot;
        }
    }

    private Stripe Here() => _stripes[(uint)Thread.GetCurrentProcessorId() % (uint)_stripes.Length];

    private sealed class Stripe
    {
        public readonly Lock Gate = new();
        public LeaseSlot? Fast;
        public LeaseSlot? Free;
        public long Outstanding;
    }
}
