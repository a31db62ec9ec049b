using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Log;
using Flickr.Sql;
using Flickr.Tokens;

namespace Flickr.ControlPlane.Keys;

/// <summary>One change of the keys, in one transaction under one lock. Every move is audited.</summary>
internal sealed class KeyChange
{
    private readonly AuditLog _audit;
    private readonly List<SigningKey> _keys;
    private readonly IReadOnlyList<EdgeRow> _edges;

    private KeyChange(SqlSession session, AuditLog audit, long version, IReadOnlyList<SigningKey> keys,
        IReadOnlyList<EdgeRow> edges, long nowMs)
    {
        (Session, _audit, Version, _edges, NowMs) = (session, audit, version, edges, nowMs);
        _keys = [.. keys];
    }

    /// <summary>The transaction.</summary>
    public SqlSession Session { get; }

    /// <summary>The bundle's version that edges can have: of before this change.</summary>
    public long Version { get; }

    /// <summary>Now.</summary>
    public long NowMs { get; }

    /// <summary>The keys as they are by now.</summary>
    public IReadOnlyList<SigningKey> Keys => _keys;

    /// <summary>Whether anything moved.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Takes the lock and reads.</summary>
    public static async Task<KeyChange> BeginAsync(SqlSession session, AuditLog audit, TimeProvider time)
    {
        var version = await KeyTable.LockAsync(session);
        return new KeyChange(session, audit, version, await KeyTable.AllAsync(session),
            await EdgeTable.AllAsync(session),
            time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>
    /// The edges that may serve private content and have not acknowledged a bundle with this key.
    /// </summary>
    public IEnumerable<EdgeRow> WaitsFor(SigningKey key) => WaitsFor(key, _edges, NowMs);

    /// <inheritdoc cref="WaitsFor(SigningKey)"/>
    public static IEnumerable<EdgeRow> WaitsFor(SigningKey key, IEnumerable<EdgeRow> edges, long nowMs) =>
        edges.Where(edge => edge.MayServePrivate(nowMs) && edge.KeysVersion < key.PublishedVersion);

    /// <summary>Adds a key.</summary>
    public async Task AddAsync(SigningKey key)
    {
        await KeyTable.InsertAsync(Session, key);
        _keys.Add(key);
        await _audit.AppendAsync(Session, "system", "key-made", $"kid={key.Kid} algorithm={key.Algorithm}");
    }

    /// <summary>Moves a key to another state, which changes the bundle.</summary>
    public async Task MoveAsync(SigningKey key, KeyState to)
    {
        var moved = key with { State = SigningKey.NameOf(to), ChangedMs = NowMs };
        if (to == KeyState.PrePublished)
        {
            moved = moved with { PublishedVersion = Version + 1, PublishedMs = NowMs };
        }
        await PutAsync(moved);
        HasChanged = true;
        await _audit.AppendAsync(Session, "system", "key-state",
            $"kid={key.Kid} from={key.State} to={moved.State}");
    }

    /// <summary>Writes a key.</summary>
    public async Task PutAsync(SigningKey key)
    {
        await KeyTable.UpdateAsync(Session, key);
        _keys[_keys.FindIndex(other => other.Kid == key.Kid)] = key;
    }

    /// <summary>Gives the bundle its new version.</summary>
    public async Task EndAsync()
    {
        if (HasChanged)
        {
            await KeyTable.SetVersionAsync(Session, Version + 1);
            await LogSignals.TellOthersAsync(Session);
        }
    }
}
