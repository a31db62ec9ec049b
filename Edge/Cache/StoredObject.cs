using Flickr.Edge.Cache.Log;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Cache;

/// <summary>
/// An object found in a tier, leased: head, fill sequence and body. Dispose it once. The default value holds
/// nothing.
/// </summary>
internal readonly struct StoredObject : IDisposable
{
    private readonly CachedObjectLease _lease;
    private readonly LogObject? _log;

    public StoredObject(ObjectHead head, in CachedObjectLease lease)
    {
        (Head, _lease, _log) = (head, lease, null);
    }

    public StoredObject(ObjectHead head, LogObject log)
    {
        (Head, _lease, _log) = (head, default, log);
    }

    public ObjectHead Head { get; }

    public bool HasObject => Head is not null;

    public CacheTier Tier => _log is not null ? CacheTier.Log : _lease.HasObject ? CacheTier.Memory
        : CacheTier.None;

    public CachedObjectLease Lease => _lease;

    public LogObject? Log => _log;

    public long Length => _log?.Length ?? _lease.Length;

    public long FillSequence => _log?.FillSequence ?? _lease.FillSequence;

    public void Dispose()
    {
        _lease.Dispose();
        _log?.Dispose();
    }
}
