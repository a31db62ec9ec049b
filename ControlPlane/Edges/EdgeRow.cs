namespace Flickr.ControlPlane.Edges;

/// <summary>An edge as the table knows it.</summary>
internal sealed record EdgeRow
{
    public string Id { get; init; } = "";
    public string Address { get; init; } = "";
    public string Connection { get; init; } = "";
    public long JoinedMs { get; init; }

    /// <summary>
    /// No heartbeat was or will be sent to it after this, unless the lease is renewed first.
    /// </summary>
    public long LeaseMs { get; init; }
    public long Acknowledged { get; init; }
    public long AcknowledgedMs { get; init; }
    public long KeysVersion { get; init; }
    public long BoundPrivateMs { get; init; }
    public long BoundPublicMs { get; init; }
    public long CutOffMs { get; init; }

    /// <summary>When its member was removed; 0 while it may come back.</summary>
    public long RemovedMs { get; init; }

    /// <summary>Whether its stream stands, as far as anyone knows.</summary>
    public bool IsLive(long nowMs) => LeaseMs > nowMs;

    /// <summary>
    /// Whether it may still open private content to old tokens, and is to be waited for: what a removed one knows or
    /// lacks holds nobody up.
    /// </summary>
    public bool MayServePrivate(long nowMs) => RemovedMs == 0 && LeaseMs + BoundPrivateMs > nowMs;
}
