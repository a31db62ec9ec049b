namespace Flickr.Edge.Cache.Log;

/// <summary>A picture of the log tier at one moment; counters count since the start.</summary>
/// <param name="BytesMax">The limit.</param>
/// <param name="DiskBytes">Bytes of segment files that may be on disk, checkpoints included.</param>
/// <param name="QueuedBytes">Bytes that wait to be written.</param>
/// <param name="Reads">Objects asked for.</param>
/// <param name="Hits">Objects found.</param>
/// <param name="Busy">Reads given up because no session was free in time.</param>
/// <param name="ChecksumMisses">Records whose checksum was wrong.</param>
/// <param name="LostChunks">Chunks that were gone though their object was there.</param>
/// <param name="Written">Objects written.</param>
/// <param name="WrittenBytes">Bytes of records written.</param>
/// <param name="Dropped">Objects not written because the queue was full.</param>
/// <param name="SegmentsEvicted">Segments given up for the limit.</param>
/// <param name="Reinserted">Records carried over from an evicted segment.</param>
/// <param name="Checkpoints">Checkpoints completed.</param>
/// <param name="Failures">Operations that ended in an exception.</param>
internal sealed record LogTierStatistics(
    long BytesMax,
    long DiskBytes,
    long QueuedBytes,
    long Reads,
    long Hits,
    long Busy,
    long ChecksumMisses,
    long LostChunks,
    long Written,
    long WrittenBytes,
    long Dropped,
    long SegmentsEvicted,
    long Reinserted,
    long Checkpoints,
    long Failures);
