namespace Flickr.Origin.Replication;

/// <summary>The hints of this node that are not done, rebuilt from the log at start. Thread-safe.</summary>
internal sealed class HintBook(OriginMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<Hint>> _byNode = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byNode.Values.Sum(hints => hints.Count);
            }
        }
    }

    public void Add(Hint hint)
    {
        lock (_gate)
        {
            if (!_byNode.TryGetValue(hint.Node, out var hints))
            {
                _byNode[hint.Node] = hints = [];
            }
            if (hints.Add(hint))
            {
                metrics.HintsPending.Inc();
            }
        }
    }

    public void Remove(Hint hint)
    {
        lock (_gate)
        {
            if (_byNode.TryGetValue(hint.Node, out var hints) && hints.Remove(hint))
            {
                metrics.HintsPending.Dec();
            }
        }
    }

    /// <summary>Up to <paramref name="limit"/> hints for a node.</summary>
    public List<Hint> For(string node, int limit)
    {
        lock (_gate)
        {
            return _byNode.TryGetValue(node, out var hints) ? [.. hints.Take(limit)] : [];
        }
    }
}
