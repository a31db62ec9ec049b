using System.Buffers;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// Keeps the log under its limit: gives up the oldest segment after carrying over, to the tail, those of its
/// records that were read lately and are still valid. Writer thread only.
/// </summary>
internal sealed class LogEviction(EdgeLogOptions options, LogStore store, LogClock clock,
    LogTierCounters counters)
{
    private readonly byte[] _record =
        GC.AllocateUninitializedArray<byte>(store.Layout.RecordBytesMax, pinned: true);
    private readonly byte[] _key = new byte[LogRecord.KeyBytes];
    private readonly byte[] _objectKey = new byte[LogRecord.KeyBytes];
    private long _budget;

    public Func<CacheKey, ReadOnlyMemory<byte>, long, bool> IsValid { get; set; } = static (_, _, _) => true;

    public Func<CacheKey, bool> IsHot { get; set; } = static _ => false;

    /// <summary>Gives up as many of the oldest segments as the limit asks for.</summary>
    public void KeepLimit()
    {
        while (store.SegmentsBytes > store.Layout.HighWaterBytes)
        {
            var end = store.OldestSegmentEnd;
            _budget = (long)(store.Layout.SegmentBytes * options.ReinsertShare);
            if (_budget > 0)
            {
                store.Scan(end, CarryOver);
            }
            store.TruncateBelow(end);
            Interlocked.Increment(ref counters.SegmentsEvicted);
            Interlocked.Increment(ref counters.Checkpoints);
        }
    }

    private void CarryOver(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record, long address)
    {
        var cacheKey = CacheKey.Read(key);
        if (record.Length > _budget || !(clock.IsUsed(cacheKey) || IsHot(cacheKey)))
        {
            return;
        }
        // Out of the scan's page: writing may move it.
        key.CopyTo(_key);
        record.CopyTo(_record);
        var copy = _record.AsMemory(0, record.Length);
        if (!(LogRecord.IsObjectKey(_key) ? IsLiveObject(cacheKey, copy, address)
            : IsLiveChunk(cacheKey, copy.Span)))
        {
            return;
        }
        store.Write(_key, copy.Span);
        _budget -= record.Length;
        Interlocked.Increment(ref counters.Reinserted);
    }

    private bool IsLiveObject(in CacheKey cacheKey, ReadOnlyMemory<byte> record, long address)
    {
        clock.Age(cacheKey);
        return LogRecord.TryReadObject(_key, record.Span, out var manifest)
            && Locate(_key, out _) == address
            && IsValid(cacheKey, record.Slice(manifest.HeadStart, manifest.HeadLength),
                manifest.FillSequence);
    }

    // A chunk lives as long as the object that was written with it.
    private bool IsLiveChunk(in CacheKey cacheKey, ReadOnlySpan<byte> record)
    {
        LogRecord.WriteObjectKey(cacheKey, _objectKey);
        return LogRecord.IsWhole(_key, record)
            && Locate(_objectKey, out var writeId) != 0
            && writeId == LogRecord.WriteId(record);
    }

    private long Locate(ReadOnlySpan<byte> key, out ulong writeId)
    {
        var (address, header) = store.Locate(key);
        writeId = 0;
        if (header is not null)
        {
            writeId = LogRecord.WriteId(header);
            ArrayPool<byte>.Shared.Return(header);
        }
        return address;
    }
}
