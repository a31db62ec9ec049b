using System.Security.Cryptography;
using Flickr.Tokens;

namespace Flickr.Fleet.Invalidations;

/// <summary>
/// Validity as a number. Every fill reads <see cref="Sequence"/> before it asks the origin; the object is
/// valid as long as
/// no invalidation with a higher sequence covers it. A purge is therefore the writing of a number: it cannot
/// lose against a
/// fill in flight, a disk tier, a restart or a recovered checkpoint.
/// </summary>
/// <remarks>
/// <para>Thread-safe. Reads take no lock and allocate nothing; writes take one lock.</para>
/// <para>Why the sequence is published last (<see cref="Publish"/>), after tables and journal:
/// 1. purge 41 is written into the tables; 2. a fill begins and reads 40; 3. the origin still answers the old
/// bytes;
/// 4. 41 is published. The fill's 40 is below 41: covered. The other order would have let it read 41 before
/// the tables
/// (or the disk, when the power goes) knew of it.</para>
/// </remarks>
public sealed class InvalidationHorizon
{
    private readonly Lock _writing = new();
    private readonly long _minterSkewMs;
    private readonly SeededHash _hash;
    private readonly NumberTable _urls, _prefixes, _tags, _hosts, _owners, _viewers, _tokens, _keys;
    private volatile HorizonFloors _floors = HorizonFloors.None;
    private long _sequence;
    private long _version;

    /// <summary>An empty horizon with default bounds.</summary>
    public InvalidationHorizon()
        : this(new HorizonOptions())
    {
    }

    /// <summary>An empty horizon.</summary>
    public InvalidationHorizon(HorizonOptions options)
        : this(options, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)))
    {
    }

    internal InvalidationHorizon(HorizonOptions options, ulong seed)
    {
        _hash = new SeededHash(seed);
        _minterSkewMs = (long)options.MinterSkew.TotalMilliseconds;
        _urls = new NumberTable(2, 2, options.UrlsMax);
        _prefixes = new NumberTable(2, 2, options.PrefixesMax);
        _tags = new NumberTable(3, 2, options.TagsMax);
        _hosts = new NumberTable(2, 2, options.HostsMax);
        _owners = new NumberTable(2, 1, options.OwnersMax);
        _viewers = new NumberTable(1, 1, options.ViewersMax);
        _tokens = new NumberTable(1, 1, options.TokensMax);
        _keys = new NumberTable(1, 1, options.KeysMax);
    }

    /// <summary>
    /// The last sequence applied and published. A fill keeps it, read before it asks the origin.
    /// </summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>
    /// Rises whenever a verdict may change: a verdict of <see cref="Judge"/> holds while it stands still.
    /// </summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Entries in all tables.</summary>
    public int Count => Tables.Sum(table => table.Count);

    /// <summary>Bytes of all tables.</summary>
    public long Bytes => Tables.Sum(table => table.Bytes);

    internal ulong Seed => _hash.Seed;

    internal HorizonFloors Floors => _floors;

    /// <summary>The tables in the order of the journal's table numbers.</summary>
    internal NumberTable[] Tables => [_urls, _prefixes, _tags, _hosts, _owners, _viewers, _tokens, _keys];

    /// <summary>Covers and publishes in one step: for a horizon that nothing persists.</summary>
    public void Apply(Invalidation invalidation)
    {
        Cover(invalidation);
        Publish(invalidation.Sequence);
    }

    /// <summary>
    /// Writes an invalidation into the tables; it acts at once. Applying one twice changes nothing.
    /// </summary>
    public void Cover(Invalidation invalidation)
    {
        var (sequence, value) = (invalidation.Sequence, invalidation.Value);
        var hard = invalidation.Soft ? 0 : sequence;
        var soft = invalidation.Soft ? sequence : 0;
        var at = invalidation.At.ToUnixTimeMilliseconds();
        lock (_writing)
        {
            switch (invalidation.Kind)
            {
                case InvalidationKind.Url:
                    Raise(_urls, HashOf(InvalidationTarget.Of(invalidation.Kind, value)), FoldObjects, hard,
                        soft);
                    break;
                case InvalidationKind.Prefix:
                    Raise(_prefixes, HashOf(InvalidationTarget.Of(invalidation.Kind, value)), FoldObjects,
                        hard, soft);
                    break;
                case InvalidationKind.Tag:
                    Raise(_tags, _hash.Of(value), FoldTags, hard, soft, invalidation.Soft ? long.MinValue
                        : at);
                    break;
                case InvalidationKind.Host:
                    var host = InvalidationTarget.Of(invalidation.Kind, value).Host;
                    Raise(_hosts, _hash.Of(host), FoldObjects, hard, soft);
                    break;
                case InvalidationKind.Owner:
                    RaiseOwner(value, sequence, invalidation.Epoch ?? 0);
                    break;
                case InvalidationKind.Viewer:
                    Raise(_viewers, _hash.Of(value), FoldIssued, at + _minterSkewMs);
                    break;
                case InvalidationKind.Token:
                    Raise(_tokens, _hash.Of(value), FoldIssued, at + _minterSkewMs);
                    break;
                case InvalidationKind.Key:
                    Raise(_keys, _hash.Of(value), _ => Floor(_floors with { EveryKey = true }), sequence);
                    break;
                case InvalidationKind.Member:
                    break; // of who may call, not of what may be served
                default:
                    // All, and any kind of a newer control plane that this edge does not know: everything is covered.
                    Floor(HorizonFloors.None with { AllHard = hard, AllSoft = soft });
                    break;
            }
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>
    /// Publishes a sequence whose invalidations are covered (and on disk, if they are kept). Never goes back.
    /// </summary>
    public void Publish(long sequence)
    {
        lock (_writing)
        {
            if (sequence > _sequence)
            {
                Volatile.Write(ref _sequence, sequence);
                Interlocked.Increment(ref _version);
            }
        }
    }

    /// <summary>
    /// Declares every object filled before <paramref name="sequence"/> dead: what happened until then is
    /// unknown.
    /// </summary>
    public void ForgetBefore(long sequence)
    {
        lock (_writing)
        {
            Floor(HorizonFloors.None with { Dead = sequence });
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>
    /// Raises an owner's epoch that a valid token has shown, ahead of its invalidation. Kept in memory only.
    /// </summary>
    public void LearnOwnerEpoch(string owner, long epoch)
    {
        var hash = _hash.Of(owner);
        if (_owners.TryFind(hash, out var row) && row[1] >= epoch || epoch <= _floors.OwnerEpoch)
        {
            return;
        }
        lock (_writing)
        {
            RaiseOwner(owner, 0, epoch);
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>Whether the owner's epoch has moved past <paramref name="epoch"/>.</summary>
    public bool OwnerEpochCovers(string owner, long epoch) => OwnerEpochOf(owner) > epoch;

    /// <summary>The owner's epoch as far as this node knows; 0 for an owner it never heard of.</summary>
    public long OwnerEpochOf(string owner) =>
        _owners.TryFind(_hash.Of(owner), out var row) ? row[1] : _floors.OwnerEpoch;

    /// <summary>
    /// What is to be thought of an object that was filled when <see cref="Sequence"/> was <paramref
    /// name="fillSequence"/>.
    /// </summary>
    public Coverage Judge(in ObjectFacts facts, long fillSequence)
    {
        var (hard, soft) = (0L, 0L);
        JudgeAddress(facts, fillSequence, ref hard, ref soft);
        JudgeTags(facts, fillSequence, ref hard, ref soft);
        var ownerIsPast = IsOwnerPast(facts, fillSequence);
        // Floors last: a table folds into them before it forgets, so who missed an entry in the table finds it here.
        var floors = _floors;
        hard = Math.Max(hard, Math.Max(floors.AllHard, floors.Dead));
        if (ownerIsPast || hard > fillSequence)
        {
            return Coverage.Hard;
        }
        return Math.Max(soft, floors.AllSoft) > fillSequence ? Coverage.Soft : Coverage.None;
    }

    /// <summary>
    /// Whether a token that verifies is revoked, alone or for this object. Ask on every request, also when
    /// the signature's
    /// verdict came from a cache.
    /// </summary>
    public GrantCoverage JudgeGrant(in GrantFacts grant, in ObjectFacts facts)
    {
        var issuedMs = grant.IssuedAt.ToUnixTimeMilliseconds();
        if (_keys.Count > 0 && _keys.TryFind(_hash.Of(grant.KeyId), out _))
        {
            return GrantCoverage.Key;
        }
        if (grant.Owner is { } owner && OwnerEpochCovers(owner, grant.OwnerEpoch))
        {
            return GrantCoverage.OwnerEpoch;
        }
        if (_viewers.Count > 0 && grant.Viewer is { } viewer
            && _viewers.TryFind(_hash.Of(viewer), out var row) && issuedMs < row[0])
        {
            return GrantCoverage.Viewer;
        }
        if (_tokens.Count > 0 && grant.TokenId is { } id && _tokens.TryFind(_hash.Of(id), out _))
        {
            return GrantCoverage.TokenId;
        }
        if (IsTagPast(grant.Tags, issuedMs) || facts.IsPrivate && IsTagPast(facts.Tags, issuedMs))
        {
            return GrantCoverage.Tag;
        }
        var floors = _floors; // last, as in Judge
        return floors.EveryKey ? GrantCoverage.Key
            : issuedMs < floors.IssuedMs ? GrantCoverage.Forgotten
            : GrantCoverage.None;
    }

    /// <inheritdoc cref="JudgeGrant(in GrantFacts, in ObjectFacts)"/>
    public GrantCoverage JudgeGrant(AccessGrant grant, in ObjectFacts facts) =>
        JudgeGrant(GrantFacts.Of(grant), facts);

    /// <summary>Takes back one entry or the floors from a journal.</summary>
    internal void Restore(int table, ulong hash, ReadOnlySpan<long> numbers) =>
        Tables[table].Raise(hash, numbers);

    /// <inheritdoc cref="Restore(int, ulong, ReadOnlySpan{long})"/>
    internal void Restore(HorizonFloors floors) => Floor(floors);

    private void JudgeAddress(in ObjectFacts facts, long fill, ref long hard, ref long soft)
    {
        var (urls, prefixes, hosts) = (_urls.Highest > fill, _prefixes.Highest > fill, _hosts.Highest > fill);
        if (!urls && !prefixes && !hosts)
        {
            return;
        }
        var named = _hash.Of(facts.Host);
        var portless = InvalidationTarget.WithoutPort(facts.Host);
        var bare = portless.Length == facts.Host.Length ? named : _hash.Of(portless);
        if (hosts)
        {
            Collect(_hosts, named, ref hard, ref soft);
            Collect(_hosts, bare, ref hard, ref soft);
        }
        if (urls)
        {
            CollectHosts(_urls, _hash.Of(facts.Path), named, bare, ref hard, ref soft);
        }
        for (var end = 0; prefixes && end < facts.Path.Length; end++)
        {
            if (facts.Path[end] == '/')
            {
                CollectHosts(_prefixes, _hash.Of(facts.Path.AsSpan(0, end + 1)), named, bare, ref hard,
                    ref soft);
            }
        }
    }

    private void JudgeTags(in ObjectFacts facts, long fill, ref long hard, ref long soft)
    {
        if (facts.Tags.IsDefaultOrEmpty || _tags.Highest <= fill)
        {
            return;
        }
        foreach (var tag in facts.Tags)
        {
            Collect(_tags, _hash.Of(tag), ref hard, ref soft);
        }
    }

    /// <summary>
    /// Cached bytes of before the owner's change are dead. Bytes filled after it are good when they are
    /// private, for then
    /// the token carries the epoch; public ones are good only if the origin knew the new epoch when it called
    /// them public.
    /// </summary>
    private bool IsOwnerPast(in ObjectFacts facts, long fill)
    {
        if (facts.Owner is not { } owner)
        {
            return false;
        }
        return _owners.TryFind(_hash.Of(owner), out var row)
            ? row[0] > fill || !facts.IsPrivate && row[1] > facts.OwnerEpoch
            : !facts.IsPrivate && _floors.OwnerEpoch > facts.OwnerEpoch;
    }

    private bool IsTagPast(System.Collections.Immutable.ImmutableArray<string> tags, long issuedMs)
    {
        if (tags.IsDefaultOrEmpty || _tags.Count == 0)
        {
            return false;
        }
        foreach (var tag in tags)
        {
            if (_tags.TryFind(_hash.Of(tag), out var row) && issuedMs < row[2])
            {
                return true;
            }
        }
        return false;
    }

    private void CollectHosts(NumberTable table, ulong path, ulong named, ulong bare, ref long hard,
        ref long soft)
    {
        Collect(table, SeededHash.Pair(_hash.AnyHost, path), ref hard, ref soft);
        Collect(table, SeededHash.Pair(named, path), ref hard, ref soft);
        if (bare != named)
        {
            Collect(table, SeededHash.Pair(bare, path), ref hard, ref soft);
        }
    }

    private static void Collect(NumberTable table, ulong hash, ref long hard, ref long soft)
    {
        if (table.TryFind(hash, out var row))
        {
            hard = Math.Max(hard, row[0]);
            soft = Math.Max(soft, row[1]);
        }
    }

    private ulong HashOf(InvalidationTarget target) =>
        SeededHash.Pair(_hash.Of(target.Host), _hash.Of(target.Path));

    private static void Raise(NumberTable table, ulong hash, Action<long[]> fold,
        params ReadOnlySpan<long> numbers)
    {
        MakeRoom(table, hash, fold);
        table.Raise(hash, numbers);
    }

    /// <summary>
    /// An owner that comes (back) into the table may have been forgotten with any epoch up to the floor.
    /// </summary>
    private void RaiseOwner(string owner, long sequence, long epoch)
    {
        var hash = _hash.Of(owner);
        MakeRoom(_owners, hash, FoldOwners);
        _owners.Raise(hash, sequence, Math.Max(epoch, _floors.OwnerEpoch));
    }

    private static void MakeRoom(NumberTable table, ulong hash, Action<long[]> fold)
    {
        if (table.IsFull && !table.TryFind(hash, out _))
        {
            table.ForgetOldest(fold);
        }
    }

    private void FoldObjects(long[] h) => Floor(HorizonFloors.None with { Dead = Math.Max(h[0], h[1]) });

    private void FoldTags(long[] h) =>
        Floor(HorizonFloors.None with { Dead = Math.Max(h[0], h[1]), IssuedMs = h[2] });

    private void FoldOwners(long[] h) => Floor(HorizonFloors.None with { Dead = h[0], OwnerEpoch = h[1] });

    /// <summary>A token was issued before it was revoked, give or take the minter's clock: its age stands in for its id.</summary>
    private void FoldIssued(long[] h) => Floor(HorizonFloors.None with { IssuedMs = h[0] });

    private void Floor(HorizonFloors floors) => _floors = _floors.With(floors);
}
