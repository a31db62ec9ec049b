namespace Flickr.ControlPlane.Log;

/// <summary>The log's one-line state.</summary>
internal sealed record LogState
{
    public long Term { get; init; }
    public long Head { get; init; }
    public long Oldest { get; init; }
    public long Floor { get; init; }
    public long KeysVersion { get; init; }
}
