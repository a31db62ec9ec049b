using System.Runtime.InteropServices;
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
            return part.Entries.TryGetValue(id, out entry);
        }
    }

    /// <summary>Changes one entry, starting from nothing when there is none; returns the entry after it.</summary>
    public BlobEntry Update(Digest id, Func<BlobEntry, BlobEntry> change)
    {
        var part = PartOf(id);
        lock (part.Gate)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(part.Entries, id, out var existed);
            var before = entry;
            var after = change(before);
            entry = after;
            if (existed)
            {
                _sums.Remove(id, FactBits.Of(before));
            }
            _sums.Add(id, FactBits.Of(after));
            Interlocked.Add(ref _present, (after.IsPresent ? 1 : 0) - (before.IsPresent ? 1 : 0));
            return after;
        }
    }

    /// <summary>A copy of the entries with keys in one of <see cref="BucketSums.Count"/> buckets.</summary>
    public List<KeyValuePair<Digest, BlobEntry>> InBucket(int bucket)
    {
        // Buckets are the first 12 bits of the key, parts the first 6.
        var part = _parts[bucket >> 6];
        lock (part.Gate)
        {
            return [.. part.Entries.Where(pair => BucketSums.BucketOf(pair.Key) == bucket)];
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
                copy = [.. part.Entries];
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

        public Dictionary<Digest, BlobEntry> Entries { get; } = [];
    }
}
