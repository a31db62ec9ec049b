namespace Flickr.Fleet.Streaming;

/// <summary>What an edge has applied.</summary>
/// <param name="Sequence">Everything up to here acts, and is on the edge's disk.</param>
/// <param name="KeysVersion">The verify bundle in use; 0 before the first.</param>
/// <param name="AppliedMs">The edge's clock when it had applied it.</param>
public sealed record Acknowledgement(long Sequence, long KeysVersion, long AppliedMs);
