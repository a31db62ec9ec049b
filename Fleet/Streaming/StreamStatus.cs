namespace Flickr.Fleet.Streaming;

/// <summary>Where a node stands with its control plane.</summary>
/// <param name="IsConnected">Whether a stream is open and has said hello.</param>
/// <param name="IsSynchronised">Whether, since this process began, it caught up, heard a heartbeat and holds
/// keys.</param>
/// <param name="Term">The term followed.</param>
/// <param name="Sequence">The last sequence applied.</param>
/// <param name="KeysVersion">The verify bundle in use.</param>
/// <param name="SinceHeartbeat">Time since the last heartbeat was sent; null before the first.</param>
/// <param name="ClockOffset">This node's clock minus the control plane's.</param>
/// <param name="Reconnects">Connections lost or refused since this process began.</param>
/// <param name="Problem">Why the last connection ended; null while all is well.</param>
public sealed record StreamStatus(
    bool IsConnected, bool IsSynchronised, long Term, long Sequence, long KeysVersion,
        TimeSpan? SinceHeartbeat,
    TimeSpan ClockOffset, long Reconnects, string? Problem);
