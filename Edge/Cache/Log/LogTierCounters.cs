namespace Flickr.Edge.Cache.Log;

/// <summary>Counters of the log tier; moved with <see cref="Interlocked"/>.</summary>
internal sealed class LogTierCounters
{
    public long Reads;
    public long Hits;
    public long Busy;
    public long ChecksumMisses;
    public long LostChunks;
    public long Written;
    public long WrittenBytes;
    public long Dropped;
    public long SegmentsEvicted;
    public long Reinserted;
    public long Checkpoints;
    public long Failures;
    private long _checkpointedBytes;

    /// <summary>True when something was written since the last call that answered true.</summary>
    public bool TryBeginCheckpoint()
    {
        var written = Interlocked.Read(ref WrittenBytes);
        return Interlocked.Exchange(ref _checkpointedBytes, written) != written;
    }

    public LogTierStatistics Picture(long bytesMax, long diskBytes, long queuedBytes) => new(
        bytesMax,
        diskBytes,
        queuedBytes,
        Interlocked.Read(ref Reads),
        Interlocked.Read(ref Hits),
        Interlocked.Read(ref Busy),
        Interlocked.Read(ref ChecksumMisses),
        Interlocked.Read(ref LostChunks),
        Interlocked.Read(ref Written),
        Interlocked.Read(ref WrittenBytes),
        Interlocked.Read(ref Dropped),
        Interlocked.Read(ref SegmentsEvicted),
        Interlocked.Read(ref Reinserted),
        Interlocked.Read(ref Checkpoints),
        Interlocked.Read(ref Failures));
}
