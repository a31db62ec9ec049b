namespace Flickr.Fleet.Streaming;

/// <summary>First event of a stream.</summary>
/// <param name="Term">Rises with every start of a control plane on the log. An edge never accepts a lower
/// one.</param>
/// <param name="Head">The last sequence of the log.</param>
/// <param name="Oldest">The first sequence that the log still holds without a gap.</param>
/// <param name="NextTermStart">
/// The head at which the first term above the edge's own began; null when there is none. An edge that has
/// applied more than
/// that has seen entries which this log has lost: it was restored from an old copy, and is refused.
/// </param>
/// <param name="BoundPrivateMs">How long an edge may vouch for private content without a heartbeat.</param>
/// <param name="BoundPublicMs">The same for public content.</param>
/// <param name="CutOffMs">After so long without a heartbeat not even fresh tokens open anything: the key may
/// be revoked.</param>
public sealed record HelloEvent(
    long Term, long Head, long Oldest, long? NextTermStart, long BoundPrivateMs, long BoundPublicMs,
        long CutOffMs);
