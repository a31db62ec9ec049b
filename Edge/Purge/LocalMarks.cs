using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Purge;

/// <summary>
/// What unsafe requests made invalid on an edge whose invalidations are numbered by a control plane: numbers of this
/// process's own, for fills on their way. What lies in a tier is taken out when the mark is made. Thread-safe.
/// </summary>
internal sealed class LocalMarks(TimeProvider time)
{
    // Past these counts it forgets by calling more invalid, never less: a fill more, no stale answer.
    private readonly InvalidationHorizon _horizon = new(new HorizonOptions { UrlsMax = 1 << 12, TagsMax = 1 << 12 });
    private readonly Lock _writing = new();

    /// <summary>The last mark; a fill reads it before it asks.</summary>
    public long Sequence => _horizon.Sequence;

    /// <summary>Marks, in force when it returns.</summary>
    public void Mark(InvalidationKind kind, string value)
    {
        lock (_writing)
        {
            _horizon.Apply(new Invalidation(_horizon.Sequence + 1, time.GetUtcNow(), kind, value));
        }
    }

    /// <summary>Whether something marked after that number covers the object.</summary>
    public bool Covers(in ObjectFacts facts, long seen) =>
        seen != _horizon.Sequence && _horizon.Judge(facts, seen) == Coverage.Hard;
}
