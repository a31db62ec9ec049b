using System.Collections.Concurrent;

namespace Flickr.Origin.Replication;

/// <summary>Which nodes failed a moment ago: they are asked last. Thread-safe.</summary>
internal sealed class PeerHealth(TimeProvider time, TimeSpan pause)
{
    private readonly ConcurrentDictionary<string, long> _failedAt = new(StringComparer.Ordinal);

    public bool IsResting(string node) =>
        _failedAt.TryGetValue(node, out var at) && time.GetElapsedTime(at) < pause;

    public void Failed(string node) => _failedAt[node] = time.GetTimestamp();

    public void Answered(string node) => _failedAt.TryRemove(node, out _);
}
