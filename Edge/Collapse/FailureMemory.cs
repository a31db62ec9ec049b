using System.Collections.Concurrent;
using Flickr.Edge.Cache;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Collapse;

/// <summary>
/// Remembers failed fills. The first failure is shared with those who waited; the next caller tries once
/// more; when that fails too, its failure answers for a short while, with jitter, so that a dead upstream is
/// asked once in a while and not by everyone.
/// </summary>
internal sealed class FailureMemory(IOptions<CollapseOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<CacheKey, Entry> _entries = new();

    /// <summary>The failure that answers for the upstream now, or null.</summary>
    public SharedAnswer? Answer(in CacheKey key) =>
        !_entries.IsEmpty && _entries.TryGetValue(key, out var entry)
            && time.GetTimestamp() < entry.AnswersUntil
            ? entry.Answer
            : null;

    /// <summary>A fill failed.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="answer">What to answer with; null when it cannot be kept.</param>
    /// <param name="lifetime">How long it may answer, before jitter.</param>
    public void Remember(in CacheKey key, SharedAnswer? answer, TimeSpan lifetime)
    {
        var now = time.GetTimestamp();
        var isSecond = _entries.TryGetValue(key, out var before)
            && time.GetElapsedTime(before.FailedAt, now) <= options.Value.FailureWindow;
        if (before is null && _entries.Count >= options.Value.FailuresMax)
        {
            Sweep(now);
        }
        var answersUntil = isSecond && answer is not null && lifetime > TimeSpan.Zero
            ? now + (long)(lifetime.TotalSeconds * (
                0.5 + (Random.Shared.NextDouble() / 2)) * time.TimestampFrequency)
            : 0;
        _entries[key] = new Entry(now, answersUntil, answer);
    }

    /// <summary>A fill went well.</summary>
    public void Forget(in CacheKey key)
    {
        if (!_entries.IsEmpty)
        {
            _entries.TryRemove(key, out _);
        }
    }

    /// <summary>
    /// Drops what says nothing any more; when all still speaks, everything: it is only a moment's memory.
    /// </summary>
    private void Sweep(long now)
    {
        foreach (var (key, entry) in _entries)
        {
            if (now >= entry.AnswersUntil
                && time.GetElapsedTime(entry.FailedAt, now) > options.Value.FailureWindow)
            {
                _entries.TryRemove(key, out _);
            }
        }
        if (_entries.Count >= options.Value.FailuresMax)
        {
            _entries.Clear();
        }
    }

    private sealed record Entry(long FailedAt, long AnswersUntil, SharedAnswer? Answer);
}
