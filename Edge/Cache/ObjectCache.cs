using System.Buffers;
using Flickr.Edge.Cache.Log;
using Flickr.Edge.Cache.Memory;
using Flickr.Edge.Collapse;
using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Cache;

/// <summary>
/// The two tiers in their order: RAM, then log. What is found is judged by nobody here; what is put is in RAM
/// when it fits, else in the log, chunk by chunk as it arrives. Thread-safe.
/// </summary>
internal sealed class ObjectCache(MemoryTier memory, LogTier? log)
{
    /// <summary>The RAM tier's picture.</summary>
    public MemoryTierStatistics MemoryStatistics => memory.Statistics;

    /// <summary>The log tier's picture, or null when there is none.</summary>
    public LogTierStatistics? LogStatistics => log?.Statistics;

    /// <summary>Looks into RAM. No lock, no allocation. Dispose what is found.</summary>
    public bool TryGet(in CacheKey key, out StoredObject found)
    {
        if (memory.TryGet(key, out var lease))
        {
            found = new StoredObject((ObjectHead)lease.Facts!, lease);
            return true;
        }
        found = default;
        return false;
    }

    /// <summary>Looks into the log. An object that fits RAM is brought there and given from there.</summary>
    public async ValueTask<StoredObject> ReadLogAsync(CacheKey key, CancellationToken cancellationToken)
    {
        if (log is null || await log.ReadAsync(key, cancellationToken) is not { } found)
        {
            return default;
        }
        if (ObjectHead.ReadFrom(found.Head.Span) is not { } head)
        {
            found.Dispose();
            return default;
        }
        if (found.Length <= memory.ObjectBytesMax && await PromoteAsync(found, head, cancellationToken)
            && TryGet(key, out var promoted))
        {
            found.Dispose();
            return promoted;
        }
        return new StoredObject(head, found);
    }

    /// <summary>Largest body that RAM keeps.</summary>
    public long MemoryObjectBytesMax => memory.ObjectBytesMax;

    /// <summary>
    /// Begins to write a body that is too large for RAM into the log; null when the log takes it not.
    /// </summary>
    public LogWriter? StartLogWrite(in CacheKey key, long? length) => log?.StartWrite(key, length);

    /// <summary>
    /// Puts a whole body that fits into RAM. False when it did not fit or a later fill is there.
    /// </summary>
    public bool TryPut(in CacheKey key, ObjectHead head, long fillSequence, FlightBody body)
    {
        if (body.Published > memory.ObjectBytesMax)
        {
            return false;
        }
        using var builder = memory.StartBody(key, body.Published);
        for (var position = 0L; position < body.Published;)
        {
            var bytes = body.InMemory(position);
            if (bytes.IsEmpty || !builder.TryAppend(bytes.Span))
            {
                return false;
            }
            position += bytes.Length;
        }
        return Commit(builder, head, fillSequence) is CommitOutcome.Stored or CommitOutcome.Superseded;
    }

    /// <summary>Ends a body in the log.</summary>
    public static bool Commit(LogWriter writer, ObjectHead head, long fillSequence)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(head.ByteCount);
        var count = head.WriteTo(bytes);
        var isKept = writer.Commit(bytes.AsSpan(0, count), fillSequence);
        ArrayPool<byte>.Shared.Return(bytes);
        return isKept;
    }

    /// <summary>
    /// Puts a marker that says on which fields the object under <paramref name="key"/> varies.
    /// </summary>
    public void PutVaryMarker(in CacheKey key, ObjectHead marker, long fillSequence)
    {
        using var builder = memory.StartBody(key, 0);
        Commit(builder, marker, fillSequence);
    }

    /// <summary>
    /// Gives an object in RAM a new head (RFC 9111 4.3.4). False when it is gone or found no room.
    /// </summary>
    public bool TryRefresh(in StoredObject stored, ObjectHead head, long fillSequence)
    {
        if (stored.Tier != CacheTier.Memory)
        {
            return false;
        }
        var bytes = ArrayPool<byte>.Shared.Rent(head.ByteCount);
        var count = head.WriteTo(bytes);
        var outcome = memory.Refresh(stored.Lease, bytes.AsSpan(0, count), fillSequence, head, count * 3);
        ArrayPool<byte>.Shared.Return(bytes);
        return outcome is CommitOutcome.Stored or CommitOutcome.Superseded;
    }

    /// <summary>
    /// Takes an object out of both tiers: room is all that is won, validity is the fill sequence's.
    /// </summary>
    public void Remove(in StoredObject stored, in CacheKey key)
    {
        if (stored.Tier == CacheTier.Memory)
        {
            memory.Remove(stored.Lease);
        }
        log?.Remove(key);
    }

    /// <summary>Takes what lies under a key out of both tiers; with the marker of a Vary, all its variants.</summary>
    public void Remove(in CacheKey key)
    {
        memory.Remove(key);
        log?.Remove(key);
    }

    /// <summary>
    /// Takes every object out of RAM that the horizon calls dead; returns how many. In the background, after
    /// a purge.
    /// </summary>
    public int RemoveDead(InvalidationHorizon horizon) => memory.RemoveWhere(lease =>
        horizon.Judge(((ObjectHead)lease.Facts!).Facts, lease.FillSequence) == Coverage.Hard);

    private async ValueTask<bool> PromoteAsync(LogObject found, ObjectHead head,
        CancellationToken cancellationToken)
    {
        using var builder = memory.StartBody(found.Key, found.Length);
        for (var i = 0; i < found.ChunkCount; i++)
        {
            using var chunk = await found.ReadChunkAsync(i, cancellationToken);
            if (chunk is null || !builder.TryAppend(chunk.Memory.Span))
            {
                return false;
            }
        }
        return Commit(builder, head, found.FillSequence,
            isLogged: true) is CommitOutcome.Stored or CommitOutcome.Superseded;
    }

    private static CommitOutcome Commit(BodyBuilder builder, ObjectHead head, long fillSequence,
        bool isLogged = false)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(head.ByteCount);
        var count = head.WriteTo(bytes);
        // The parsed head takes about three times its bytes: strings of two-byte characters, and objects
        // around them.
        var outcome = builder.Commit(bytes.AsSpan(0, count), fillSequence, head, count * 3, isLogged);
        ArrayPool<byte>.Shared.Return(bytes);
        return outcome;
    }
}
