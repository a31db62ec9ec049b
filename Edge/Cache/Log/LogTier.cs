using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// The log tier: objects on disk in a FASTER hybrid log, found again after a restart. It promises nothing: a full queue drops, a
/// wrong checksum is a miss. Whether what it finds is still valid is for the caller to judge by head block and fill sequence.
/// Thread-safe; nothing is written on the caller's thread.
/// </summary>
internal sealed class LogTier : IAsyncDisposable
{
    /// <summary>Opens or makes the log under <paramref name="dataDirectory"/> and recovers its last checkpoint.</summary>
    public static LogTier Open(EdgeLogOptions options, string dataDirectory, TimeProvider time, ILogger logger) =>
        throw new NotImplementedException();

    /// <summary>Asked when a segment is evicted: is an object with this head and fill sequence still worth carrying over?</summary>
    public Func<CacheKey, ReadOnlyMemory<byte>, long, bool>? IsValid { get; set; }

    public LogTierStatistics Statistics => throw new NotImplementedException();

    /// <summary>Finds an object; null when it is not here (or could not be read in time).</summary>
    public ValueTask<LogObject?> ReadAsync(CacheKey key, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Takes over the lease and writes the object in the background. False when the queue is full: dropped.</summary>
    public bool TryAdmit(in CachedObjectLease lease) => throw new NotImplementedException();

    /// <summary>
    /// Begins to write a body that does not fit the RAM tier, chunk by chunk as it arrives; found only after its commit. Null when
    /// it is too large for the log or the queue is full.
    /// </summary>
    public LogWriter? StartWrite(in CacheKey key, long? expectedLength) => throw new NotImplementedException();

    /// <summary>Takes an object out. A later restart may bring it back: purges go by the fill sequence.</summary>
    public void Remove(in CacheKey key) => throw new NotImplementedException();

    /// <summary>Makes everything written so far survive a restart.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();

    internal ValueTask<LogChunk?> ReadChunkAsync(
        CacheKey key, LogManifest manifest, int index, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
