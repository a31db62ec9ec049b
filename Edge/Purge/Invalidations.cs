using Flickr.Edge.Cache;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;

namespace Flickr.Edge.Purge;

/// <summary>
/// Where invalidations come in: from the control plane's stream, or, on a stand-alone edge, from its own
/// admin listener and from unsafe requests. Either way the horizon alone decides what is dead; freeing memory
/// early is only housekeeping.
/// </summary>
internal sealed class Invalidations
{
    private readonly HorizonJournal _journal;
    private readonly ObjectCache _cache;
    private readonly LocalMarks _marks;
    private readonly EdgeMetrics _metrics;
    private readonly TimeProvider _time;
    private int _sweeping;

    public Invalidations(HorizonJournal journal, ObjectCache cache, LocalMarks marks, EdgeMetrics metrics, TimeProvider time,
        ControlPlaneStream? stream = null)
    {
        (_journal, _cache, _marks, _metrics, _time) = (journal, cache, marks, metrics, time);
        IsOwnAuthority = stream is null;
        if (stream is not null)
        {
            stream.Applied += OnApplied;
        }
    }

    /// <summary>Whether this edge numbers invalidations itself.</summary>
    public bool IsOwnAuthority { get; }

    /// <summary>Numbers and applies one; durable and acting when it returns.</summary>
    /// <exception cref="ArgumentException">The value does not name what the kind says.</exception>
    public Invalidation Apply(InvalidationKind kind, string value, bool soft, long? epoch)
    {
        var applied = _journal.ApplyOwn(kind, value, soft, epoch, _time);
        OnApplied([applied]);
        return applied;
    }

    /// <summary>
    /// An unsafe request has changed an address (RFC 9111 4.4). Numbered here when this edge is its own
    /// authority. Beside a control plane the numbers are not this edge's to give out: fills on their way are marked,
    /// and what lies in RAM is taken out, and what lies in the log under <paramref name="keys"/> as soon as its writer
    /// comes to it.
    /// </summary>
    public void ApplyUnsafe(InvalidationKind kind, string value, ReadOnlySpan<CacheKey> keys)
    {
        if (IsOwnAuthority)
        {
            Apply(kind, value, soft: false, epoch: null);
            return;
        }
        _marks.Mark(kind, value); // first: a fill that ends after the sweep sees it
        var unpublished = new InvalidationHorizon();
        unpublished.Apply(new Invalidation(long.MaxValue, _time.GetUtcNow(), kind, value));
        _cache.RemoveDead(unpublished);
        foreach (var key in keys)
        {
            _cache.Remove(key);
        }
    }

    private void OnApplied(IReadOnlyList<Invalidation> applied)
    {
        foreach (var invalidation in applied)
        {
            _metrics.Invalidated(KindNames.Of(invalidation.Kind));
        }
        if (Interlocked.Exchange(ref _sweeping, 1) == 0)
        {
            _ = Task.Run(Sweep);
        }
    }

    /// <summary>
    /// Frees what is dead. One at a time; what comes meanwhile is found by the next, or dies by its number
    /// unfreed.
    /// </summary>
    private void Sweep()
    {
        Volatile.Write(ref _sweeping, 0);
        _cache.RemoveDead(_journal.Horizon);
    }
}
