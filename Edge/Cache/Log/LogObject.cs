using System.Buffers;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// An object found in the log tier: its head block and fill sequence, which the caller judges, and its body
/// in chunks. Owns a pooled buffer: dispose it once.
/// </summary>
internal sealed class LogObject : IDisposable
{
    private readonly LogTier _tier;
    private readonly LogManifest _manifest;
    private byte[]? _record;

    internal LogObject(LogTier tier, in CacheKey key, in LogManifest manifest, byte[] record)
    {
        _tier = tier;
        _manifest = manifest;
        _record = record;
        Key = key;
    }

    public CacheKey Key { get; }

    /// <summary>The head block as it was committed. Valid until the dispose.</summary>
    public ReadOnlyMemory<byte> Head => Record.AsMemory(_manifest.HeadStart, _manifest.HeadLength);

    /// <summary>The invalidation sequence read before the origin was asked.</summary>
    public long FillSequence => _manifest.FillSequence;

    /// <summary>Bytes of the body.</summary>
    public long Length => _manifest.BodyLength;

    /// <summary>Bytes of each chunk but the last.</summary>
    public int ChunkBytes => _manifest.ChunkBytes;

    /// <summary>
    /// Chunks of the body; 1 when it lies in the record of the head, also for an empty body.
    /// </summary>
    public int ChunkCount => Math.Max(1, _manifest.ChunkCount);

    /// <summary>
    /// Reads one chunk. Null when it is gone or its checksum is wrong: then the object is no more, and what
    /// is missing must come from the origin.
    /// </summary>
    public async ValueTask<LogChunk?> ReadChunkAsync(int index, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ChunkCount);
        return _manifest.ChunkCount == 0
            ? new LogChunk(null, Record.AsMemory(_manifest.BodyStart, (int)_manifest.BodyLength))
            : await _tier.ReadChunkAsync(Key, _manifest, index, cancellationToken);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _record, null) is { } record)
        {
            ArrayPool<byte>.Shared.Return(record);
        }
    }

    private byte[] Record => _record ?? throw new ObjectDisposedException(nameof(LogObject));
}

/// <summary>Bytes of one chunk, in a pooled buffer that the dispose gives back.</summary>
internal sealed class LogChunk(byte[]? pooled, ReadOnlyMemory<byte> memory) : IDisposable
{
    private byte[]? _pooled = pooled;

    public ReadOnlyMemory<byte> Memory { get; } = memory;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pooled, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
