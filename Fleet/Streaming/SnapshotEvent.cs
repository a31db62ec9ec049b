namespace Flickr.Fleet.Streaming;

/// <summary>
/// What is still in force, for an edge that is new or too far behind. Large ones come in parts.
/// </summary>
/// <param name="Term">The term.</param>
/// <param name="Sequence">After the last part everything up to here is applied.</param>
/// <param name="Floor">Entries up to here may have been dropped: objects filled before it are dead. 0 when
/// nothing was.</param>
/// <param name="Last">Whether this is the last part.</param>
/// <param name="Entries">In order of sequence, over all parts.</param>
public sealed record SnapshotEvent(
    long Term, long Sequence, long Floor, bool Last, IReadOnlyList<InvalidationEntry> Entries);
