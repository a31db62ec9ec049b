using System.Buffers;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// Writes one large body to the log as it arrives, chunk by chunk. One thread. A dispose without a commit
/// leaves nothing to be found.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private readonly LogTier _tier;
    private readonly CacheKey _key;
    private readonly ulong _writeId;
    private readonly int _chunkBytes;
    private byte[]? _buffer;
    private int _filled;
    private int _chunks;
    private long _length;

    internal LogWriter(LogTier tier, in CacheKey key, ulong writeId, int chunkBytes)
    {
        _tier = tier;
        _key = key;
        _writeId = writeId;
        _chunkBytes = chunkBytes;
    }

    /// <summary>
    /// False once the object was dropped (queue full, too large): nothing more will come of it.
    /// </summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Bytes of the body so far.</summary>
    public long Length => _length;

    /// <summary>Appends bytes by copying. False when the object was dropped.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && IsAlive)
        {
            if (_filled == _chunkBytes && !SendChunk())
            {
                return false;
            }
            _buffer ??= ArrayPool<byte>.Shared.Rent(LogRecord.HeaderBytes + _chunkBytes);
            var count = Math.Min(bytes.Length, _chunkBytes - _filled);
            bytes[..count].CopyTo(_buffer.AsSpan(LogRecord.HeaderBytes + _filled));
            _filled += count;
            _length += count;
            bytes = bytes[count..];
        }
        if (_length > _tier.ObjectBytesMax)
        {
            Drop();
        }
        return IsAlive;
    }

    /// <summary>Ends the body and makes it findable once it is written. False when it was dropped.</summary>
    public bool Commit(ReadOnlySpan<byte> head, long fillSequence)
    {
        if (!IsAlive || head.Length > _tier.HeadBytesMax)
        {
            Drop();
            return false;
        }
        var isInline = _chunks == 0 && _filled <= _tier.InlineBytes;
        if (!isInline && !SendChunk())
        {
            return false;
        }
        var inline = isInline ? _filled : 0;
        var record = ArrayPool<byte>.Shared.Rent(LogRecord.HeaderBytes + head.Length + inline);
        head.CopyTo(record.AsSpan(LogRecord.HeaderBytes));
        _buffer.AsSpan(_buffer is null ? 0 : LogRecord.HeaderBytes, inline)
            .CopyTo(record.AsSpan(LogRecord.HeaderBytes + head.Length));
        var manifest = new LogManifest(
            _writeId, fillSequence, _length, _chunkBytes, _chunks, LogRecord.HeaderBytes, head.Length);
        IsAlive = false;
        GiveBack();
        return _tier.Queue(new LogJob
        {
            Kind = LogJobKind.Manifest,
            Key = _key,
            Manifest = manifest,
            Buffer = record,
            Length = LogRecord.HeaderBytes + head.Length + inline,
            Bytes = record.Length,
        });
    }

    public void Dispose()
    {
        IsAlive = false;
        GiveBack();
    }

    private bool SendChunk()
    {
        var job = new LogJob
        {
            Kind = LogJobKind.Chunk,
            Key = _key,
            Manifest = new LogManifest { WriteId = _writeId },
            Chunk = _chunks,
            Buffer = _buffer,
            Length = LogRecord.HeaderBytes + _filled,
            Bytes = _buffer!.Length,
        };
        // From here on the buffer is the queue's, also when it refuses.
        _buffer = null;
        _filled = 0;
        _chunks++;
        if (_chunks > LogRecord.ChunksMax || !_tier.Queue(job))
        {
            Drop();
        }
        return IsAlive;
    }

    private void Drop()
    {
        if (IsAlive)
        {
            IsAlive = false;
            _tier.CountDropped();
        }
        GiveBack();
    }

    private void GiveBack()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
