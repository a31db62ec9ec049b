using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>
/// The needle index of blobs: in memory, rebuilt from the volumes at start. Thread-safe; split into parts by key so that
/// readers seldom meet. Keeps the bucket sums for anti-entropy as it goes.
/// </summary>
internal sealed class BlobIndex
{
    private const int Parts = 64;
    private readonly Part[] _parts = [.. Enumerable.Range(0, Parts).Select(_ => new Part())];
    private readonly BucketSums _sums;
    private long _present;

    public BlobIndex(BucketSums sums) => _sums = sums;

    /// <summary>Blobs this node can serve.</summary>
    public long Count => Interlocked.Read(ref _present);

    public bool TryGet(Digest id, out BlobEntry entry)
    {
        var part = PartOf(id);
        lock (part.Gate)
        {
            return part.Entries.TryGet(id, out entry);
        }
    }

    /// <summary>Changes one entry, starting from nothing when there is none; returns the entry after it.</summary>
    public BlobEntry Update(Digest id, Func<BlobEntry, BlobEntry> change)
    {
        var part = PartOf(id);
        lock (part.Gate)
        {
            var existed = part.Entries.TryGet(id, out var before);
            var after = change(before);
            part.Entries.Set(id, after);
            if (existed)
            {
                _sums.Remove(id, FactBits.Of(before));
            }
            _sums.Add(id, FactBits.Of(after));
            Interlocked.Add(ref _present, (after.IsPresent ? 1 : 0) - (before.IsPresent ? 1 : 0));
            return after;
        }
    }

    /// <summary>Forgets a key whose entry is still <paramref name="expected"/>; false when it has changed.</summary>
    public bool Remove(Digest id, in BlobEntry expected)
    {
        var part = PartOf(id);
        lock (part.Gate)
        {
            if (!part.Entries.TryGet(id, out var entry) || entry != expected)
            {
                return false;
            }
            part.Entries.Remove(id);
            _sums.Remove(id, FactBits.Of(entry));
            Interlocked.Add(ref _present, entry.IsPresent ? -1 : 0);
            return true;
        }
    }

    /// <summary>A copy of the entries with keys in one of <see cref="BucketSums.Count"/> buckets.</summary>
    public List<KeyValuePair<Digest, BlobEntry>> InBucket(int bucket)
    {
        // Buckets are the first 12 bits of the key, parts the first 6.
        var part = _parts[bucket >> 6];
        lock (part.Gate)
        {
            return part.Entries.Where(id => BucketSums.BucketOf(id) == bucket);
        }
    }

    /// <summary>A copy of every entry, part by part.</summary>
    public IEnumerable<KeyValuePair<Digest, BlobEntry>> All()
    {
        foreach (var part in _parts)
        {
            KeyValuePair<Digest, BlobEntry>[] copy;
            lock (part.Gate)
            {
                copy = part.Entries.ToArray();
            }
            foreach (var pair in copy)
            {
                yield return pair;
            }
        }
    }

    private Part PartOf(Digest id) => _parts[id.A >> 58];

    private sealed class Part
    {
        public Lock Gate { get; } = new();

        public BlobTable Entries { get; } = new();
    }
}
