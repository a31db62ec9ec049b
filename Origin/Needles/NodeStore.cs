using System.Collections.Concurrent;
using Flickr.Origin.Links;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>
/// What one node knows and keeps: volumes below, the indexes in memory above. Every method that changes something answers
/// only when the change is durable. Thread-safe.
/// </summary>
internal sealed class NodeStore : IRecordSink, IDisposable
{
    private static readonly TimeSpan LinkBucketsLast = TimeSpan.FromSeconds(5);
    private readonly OriginMetrics _metrics;
    private readonly ILogger _log;
    private readonly BlobIndex _blobs;
    private readonly LinkIndex _links;
    private readonly VerifiedPlaces _verified;
    private readonly TimeProvider _time;
    private volatile LinkBuckets? _linkBuckets;

    /// <summary>Paths, by their digest, whose record of this generation rotted: an older one must not stand in for it.</summary>
    private readonly ConcurrentDictionary<Digest, long> _damagedLinks = new();

    public NodeStore(IVolumeDisk disk, VolumeOptions options, string nodeId, TimeProvider time, OriginMetrics metrics,
        ILogger log)
    {
        _metrics = metrics;
        _log = log;
        _time = time;
        _blobs = new BlobIndex(BlobSums);
        _links = new LinkIndex(LinkSums);
        _verified = new VerifiedPlaces(time);
        Hints = new HintBook(metrics);
        Volumes = VolumeStore.Open(disk, options, this, nodeId, time, metrics, log);
        ShowCounts();
        OriginLog.Opened(log, nodeId, (int)_blobs.Count, (int)_links.Count, Volumes.Volumes.Count());
    }

    public VolumeStore Volumes { get; }

    public HintBook Hints { get; }

    public BlobIndex Blobs => _blobs;

    public LinkIndex Links => _links;

    public BucketSums BlobSums { get; } = new();

    public BucketSums LinkSums { get; } = new();

    public BlobFact Probe(Digest id) =>
        _blobs.TryGet(id, out var entry)
            ? new BlobFact(entry.Generation, entry.Location.Length, entry.IsPresent, entry.IsDeleted, entry.IsDamaged)
            : BlobFact.Unknown;

    /// <summary>Stores a blob whose digest the caller has verified.</summary>
    public async Task<StoreVerdict> PutAsync(Digest id, long generation, Payload payload, string? hintFor)
    {
        if (_blobs.TryGet(id, out var entry))
        {
            if (entry.IsDeleted && entry.Generation >= generation)
            {
                return StoreVerdict.Older;
            }
            if (!entry.Location.IsNone && !entry.IsDamaged)
            {
                var touched = await TouchAsync(id, generation, hintFor);
                if (touched != StoreVerdict.BytesMissing)
                {
                    return touched;
                }
            }
        }
        var outcome = await AppendAsync(new AppendRequest(RecordKind.Put, id, generation, payload),
            hintFor is null ? null : Hint.ForBlob(hintFor, id));
        return VerdictOf(outcome, StoreVerdict.Stored);
    }

    /// <summary>Says that a blob is wanted at this generation, without sending its bytes.</summary>
    public async Task<StoreVerdict> TouchAsync(Digest id, long generation, string? hintFor)
    {
        if (!_blobs.TryGet(id, out var entry) || entry.Location.IsNone || entry.IsDamaged)
        {
            return StoreVerdict.BytesMissing;
        }
        if (entry.Generation >= generation && hintFor is null)
        {
            return entry.IsDeleted ? StoreVerdict.Older : StoreVerdict.Existed;
        }
        var outcome = await AppendAsync(new AppendRequest(RecordKind.Touch, id, generation, Payload.Empty),
            hintFor is null ? null : Hint.ForBlob(hintFor, id));
        if (outcome != AppendOutcome.Stored)
        {
            return VerdictOf(outcome, StoreVerdict.Existed);
        }
        // Judged again after the append: a tombstone, or compaction, may have come in between.
        _blobs.TryGet(id, out entry);
        return entry.Location.IsNone || entry.IsDamaged ? StoreVerdict.BytesMissing
            : entry.IsDeleted ? StoreVerdict.Older
            : StoreVerdict.Existed;
    }

    /// <summary>Deletes a blob unless a later generation wants it.</summary>
    public async Task<StoreVerdict> DeleteAsync(Digest id, long generation, string? hintFor)
    {
        if (_blobs.TryGet(id, out var entry) && entry.Generation > generation)
        {
            return StoreVerdict.Older;
        }
        if (entry.IsDeleted && entry.Generation == generation && hintFor is null)
        {
            return StoreVerdict.Existed;
        }
        var outcome = await AppendAsync(new AppendRequest(RecordKind.Tombstone, id, generation, Payload.Empty),
            hintFor is null ? null : Hint.ForBlob(hintFor, id));
        return VerdictOf(outcome, StoreVerdict.Stored);
    }

    /// <summary>Lets a copy go that every home has; false when the entry has changed since it was judged.</summary>
    public async Task<bool> LetGoAsync(Digest id, BlobEntry judged) =>
        _blobs.TryGet(id, out var entry) && entry == judged
        && await Volumes.AppendAsync(new AppendRequest(RecordKind.LetGo, id, entry.Generation,
            new Payload(Departure.Of(entry.Location)))) == AppendOutcome.Stored
        && !(_blobs.TryGet(id, out var after) && after.Location == judged.Location);

    /// <summary>Stores a link, or its tombstone, unless a later generation is known.</summary>
    public async Task<StoreVerdict> PutLinkAsync(
        string path, long generation, ReadOnlyMemory<byte> link, bool isTombstone, string? hintFor)
    {
        var payload = new Payload(link);
        var wanted = new LinkEntry(default, generation, payload.Checksum, default);
        var before = _links.Find(path);
        if (before is { IsDamaged: false } known)
        {
            if (wanted.IsOlderThan(known))
            {
                return StoreVerdict.Older;
            }
            if (!known.IsOlderThan(wanted) && hintFor is null)
            {
                return StoreVerdict.Existed;
            }
        }
        var kind = isTombstone ? RecordKind.LinkTombstone : RecordKind.Link;
        var outcome = await AppendAsync(new AppendRequest(kind, Digest.OfPath(path), generation, payload),
            hintFor is null ? null : Hint.ForLink(hintFor, path));
        return VerdictOf(outcome, before is { IsLive: true } ? StoreVerdict.Existed : StoreVerdict.Stored);
    }

    public LinkFact FindLink(string path)
    {
        var found = _links.Find(path);
        if (_damagedLinks.TryGetValue(Digest.OfPath(path), out var lost) && lost >= (found?.Generation ?? 0))
        {
            return new LinkFact(lost, 0, false, null, IsDamaged: true);
        }
        if (found is not { } entry)
        {
            return LinkFact.Unknown;
        }
        if (entry.IsDeleted)
        {
            return new LinkFact(entry.Generation, entry.Checksum, true, null);
        }
        var bytes = entry.IsDamaged ? null : Volumes.ReadWhole(entry.Location);
        var link = bytes is null ? null : Link.Read(bytes);
        if (link is null && !entry.IsDamaged)
        {
            _metrics.RecordsDamaged.Inc();
            OriginLog.RecordDamaged(_log, entry.Location.Volume, entry.Location.Offset);
            _links.MarkDamaged(path, entry.Location);
        }
        return new LinkFact(entry.Generation, entry.Checksum, false, link, link is null);
    }

    /// <summary>Names in a directory with what this node knows about them; deleted ones are among them.</summary>
    public List<ListedName> List(string directory, string after, int limit) =>
        [.. _links.List(directory, after, limit).Select(
            found => new ListedName(found.Name, found.File is null ? null : FindLink(directory + found.Name)))];

    /// <summary>Everything known in one bucket, for a peer that compares.</summary>
    public BucketFacts Bucket(int bucket) => new(
        [.. _blobs.InBucket(bucket).Select(pair => new KnownBlob(pair.Key.ToString(), Probe(pair.Key)))],
        [.. LinksIn(bucket).Select(path => (Path: path, Entry: _links.Find(path))).Where(link => link.Entry is not null)
            .Select(link => new KnownLink(link.Path, link.Entry!.Value.Generation, link.Entry.Value.Checksum))]);

    /// <summary>
    /// Opens a blob whose bytes were compared with their checksum; null when this node cannot serve it. A damaged one is
    /// marked, so that it is fetched from another node and not from here.
    /// </summary>
    public async ValueTask<BlobSource?> OpenAsync(Digest id, CancellationToken cancellationToken)
    {
        if (!_blobs.TryGet(id, out var entry) || !entry.IsPresent)
        {
            return null;
        }
        var source = await BlobSource.OpenAsync(Volumes, entry.Location, id, _verified, cancellationToken);
        if (source is null && _blobs.TryGet(id, out var now) && now.Location == entry.Location && now.IsPresent)
        {
            MarkDamaged(id, entry.Location);
        }
        return source;
    }

    /// <summary>The bytes of a blob for another node or another volume; null when this node has not got them.</summary>
    public BorrowedPayload? Borrow(Digest id) =>
        _blobs.TryGet(id, out var entry) && entry.IsPresent ? BorrowedPayload.Open(Volumes, entry.Location, id) : null;

    /// <summary>Notes that the bytes at this place are not what was written.</summary>
    public void MarkDamaged(Digest id, RecordLocation location)
    {
        _metrics.RecordsDamaged.Inc();
        OriginLog.RecordDamaged(_log, location.Volume, location.Offset);
        _blobs.Update(id, entry => entry.Location == location
            ? entry with { Flags = entry.Flags | BlobFlags.Damaged } : entry);
    }

    /// <summary>Whether anything would be missed if this record were gone.</summary>
    public bool Needs(in RecordHeader header, RecordLocation location, ReadOnlySpan<byte> payload)
    {
        _blobs.TryGet(header.Key, out var entry);
        return header.Kind switch
        {
            RecordKind.Put => entry.Location == location && !entry.IsDeleted,
            RecordKind.Touch => entry.Generation == header.Generation && !entry.IsDeleted,
            RecordKind.Tombstone => entry.Generation == header.Generation && entry.IsDeleted,
            RecordKind.Link or RecordKind.LinkTombstone => Link.Read(payload) is { } link
                && _links.Find(link.Path) is { } known && known.Location == location,
            // While a copy may still lie in an older volume, a start would bring it back.
            RecordKind.LetGo => entry == default || entry.Location == Departure.Read(payload),
            RecordKind.Hint => Hint.Read(payload) is { } hint && Hints.For(hint.Node, int.MaxValue).Contains(hint),
            _ => false,
        };
    }

    /// <summary>Writes a record again, at the end of the log; false when it could not be made durable.</summary>
    public async Task<bool> MoveAsync(RecordHeader header, RecordLocation location, ReadOnlyMemory<byte> payload)
    {
        using var borrowed = header.Kind == RecordKind.Put ? BorrowedPayload.Open(Volumes, location, header.Key) : null;
        return await Volumes.AppendAsync(new AppendRequest(
            header.Kind, header.Key, header.Generation, borrowed?.Payload ?? new Payload(payload))) == AppendOutcome.Stored;
    }

    /// <summary>Lets go of the bytes of a deleted blob.</summary>
    public void Forget(Digest id, RecordLocation location) =>
        _blobs.Update(id, entry => entry.Location == location ? entry.WithoutBytes() : entry);

    /// <summary>Notes that a hint was handed over.</summary>
    public async Task FinishHintAsync(Hint hint) => await Volumes.AppendAsync(
        new AppendRequest(RecordKind.HintDone, hint.Key, 0, new Payload(hint.ToBytes())));

    void IRecordSink.Apply(in RecordHeader header, RecordLocation location, ReadOnlyMemory<byte> payload)
    {
        var generation = header.Generation;
        switch (header.Kind)
        {
            case RecordKind.Put:
                _blobs.Update(header.Key, entry => entry.WithBytes(location).WithTouch(generation));
                break;
            case RecordKind.Touch:
                _blobs.Update(header.Key, entry => entry.WithTouch(generation));
                break;
            case RecordKind.Tombstone:
                _blobs.Update(header.Key, entry => entry.WithTombstone(generation));
                break;
            case RecordKind.Link or RecordKind.LinkTombstone when Link.Read(payload.Span) is { } link:
                var flags = header.Kind == RecordKind.LinkTombstone ? LinkFlags.Deleted : LinkFlags.None;
                _links.Apply(link.Path, new LinkEntry(location, generation, header.Checksum, flags));
                if (_damagedLinks.TryGetValue(header.Key, out var lost) && lost <= generation)
                {
                    _damagedLinks.TryRemove(header.Key, out _);
                }
                break;
            case RecordKind.LetGo when _blobs.TryGet(header.Key, out var gone)
                && gone.Location == Departure.Read(payload.Span) && !gone.IsDeleted:
                _blobs.Remove(header.Key, gone);
                break;
            case RecordKind.Hint when Hint.Read(payload.Span) is { } hint:
                Hints.Add(hint);
                break;
            case RecordKind.HintDone when Hint.Read(payload.Span) is { } hint:
                Hints.Remove(hint);
                break;
        }
        if (Volumes is not null)
        {
            ShowCounts();
        }
    }

    void IRecordSink.Quarantine(in RecordHeader header, RecordLocation location)
    {
        var generation = header.Generation;
        if (header.Kind == RecordKind.Put)
        {
            // Known, but not servable: a probe says so, and a whole copy that comes later heals it.
            _blobs.Update(header.Key, entry => entry.Location.IsNone
                ? entry.WithTouch(generation) with { Location = location, Flags = entry.Flags | BlobFlags.Damaged }
                : entry.WithTouch(generation));
        }
        else if (header.Kind is RecordKind.Link or RecordKind.LinkTombstone)
        {
            _damagedLinks.AddOrUpdate(header.Key, generation, (_, known) => Math.Max(known, generation));
        }
    }

    public void Dispose() => Volumes.Dispose();

    /// <summary>A hint goes into the log behind its record: one flush more at worst, never a hint without its record.</summary>
    private async Task<AppendOutcome> AppendAsync(AppendRequest request, Hint? hint)
    {
        if (hint is null)
        {
            return await Volumes.AppendAsync(request);
        }
        var record = Volumes.AppendAsync(request);
        var note = Volumes.AppendAsync(
            new AppendRequest(RecordKind.Hint, hint.Key, 0, new Payload(hint.ToBytes())));
        var outcome = await record;
        var noted = await note;
        return outcome == AppendOutcome.Stored ? noted : outcome;
    }

    /// <summary>Hashing every path for each bucket asked would be the work of hours, so all are sorted into buckets at once.</summary>
    private IEnumerable<string> LinksIn(int bucket)
    {
        var known = _linkBuckets;
        if (known is null || _time.GetElapsedTime(known.At) > LinkBucketsLast)
        {
            known = new LinkBuckets(_time.GetTimestamp(), _links.All().Select(pair => pair.Key)
                .ToLookup(path => BucketSums.BucketOf(Digest.OfPath(path))));
            _linkBuckets = known;
        }
        return known.Paths[bucket];
    }

    private void ShowCounts()
    {
        _metrics.Blobs.Set(_blobs.Count);
        _metrics.Links.Set(_links.Count);
    }

    private static StoreVerdict VerdictOf(AppendOutcome outcome, StoreVerdict stored) => outcome switch
    {
        AppendOutcome.Stored => stored,
        AppendOutcome.Full => StoreVerdict.Full,
        _ => StoreVerdict.Failed,
    };
}

/// <summary>The paths sorted into buckets, as they were a moment ago.</summary>
internal sealed record LinkBuckets(long At, ILookup<int, string> Paths);

/// <summary>One name of a directory; <paramref name="File"/> is null for a sub-directory.</summary>
internal readonly record struct ListedName(string Name, LinkFact? File);
