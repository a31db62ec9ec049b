namespace Flickr.Origin.Replication;

/// <summary>How far a node is in giving away what belongs to others.</summary>
/// <param name="IsRunning">Whether a pass is under way.</param>
/// <param name="StartedMs">When the last pass began, Unix milliseconds; 0 for never.</param>
/// <param name="Blobs">Blobs looked at in the pass.</param>
/// <param name="BlobsTotal">Blobs there were to look at when it began.</param>
/// <param name="Strays">Blobs and links met that have other homes.</param>
/// <param name="Placed">Of these, how many all homes have now.</param>
/// <param name="LetGo">Copies dropped here because every home has its own.</param>
/// <param name="Bytes">Bytes of those copies; compaction gives their room back.</param>
internal sealed record RebalanceProgress(
    bool IsRunning, long StartedMs, long Blobs, long BlobsTotal, long Strays, long Placed, long LetGo, long Bytes)
{
    public static RebalanceProgress None { get; } = new(false, 0, 0, 0, 0, 0, 0, 0);
}
