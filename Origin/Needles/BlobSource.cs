using System.Buffers;
using System.IO.Hashing;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>
/// The bytes of one blob, opened for sending. What it sends was compared with its checksum before the first byte goes out:
/// small blobs are read whole into a rented buffer, large ones are read through once and then streamed.
/// </summary>
internal abstract class BlobSource : IAsyncDisposable
{
    /// <summary>Blobs up to this length are held in memory while they are sent.</summary>
    public const int SmallBytesMax = 1 << 20;

    protected const int ChunkBytes = 128 << 10;

    public abstract long Length { get; }

    /// <summary>Sends a part of the bytes.</summary>
    /// <exception cref="IOException">The bytes cannot be read to the end: the answer must be broken off.</exception>
    public abstract Task CopyAsync(long offset, long length, Stream target, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens a record of this node; null when it is damaged or gone.</summary>
    public static async ValueTask<BlobSource?> OpenAsync(VolumeStore volumes, RecordLocation location, Digest id,
        VerifiedPlaces verified, CancellationToken cancellationToken)
    {
        var volume = volumes.Lease(location.Volume);
        if (volume is null)
        {
            return null;
        }
        if (location.Length <= SmallBytesMax)
        {
            try
            {
                return await OpenSmallAsync(volume, location, id, cancellationToken);
            }
            finally
            {
                volume.Release();
            }
        }
        if (verified.Has(location)
            || await VolumeVerify.IsIdenticalAsync(volume, location, id, isBlob: false, cancellationToken))
        {
            verified.Add(location);
            return new LargeSource(volume, location);
        }
        volume.Release();
        return null;
    }

    private static async ValueTask<BlobSource?> OpenSmallAsync(
        Volume volume, RecordLocation location, Digest id, CancellationToken cancellationToken)
    {
        var wanted = RecordHeader.Size + (int)location.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(wanted);
        var read = await volume.File.ReadAsync(location.Offset, buffer.AsMemory(0, wanted), cancellationToken);
        if (read == wanted
            && RecordHeader.TryRead(buffer, volume.Superblock.Salt, location.Offset, out var header)
            && header.Key == id && header.Length == location.Length
            && XxHash3.HashToUInt64(buffer.AsSpan(RecordHeader.Size, (int)location.Length)) == header.Checksum)
        {
            return new SmallSource(buffer, (int)location.Length);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return null;
    }

    private sealed class SmallSource(byte[] buffer, int length) : BlobSource
    {
        private byte[]? _buffer = buffer;

        public override long Length => length;

        public override Task CopyAsync(long offset, long count, Stream target, CancellationToken cancellationToken) =>
            target.WriteAsync(_buffer.AsMemory(RecordHeader.Size + (int)offset, (int)count), cancellationToken).AsTask();

        public override ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _buffer, null) is { } rented)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
            return ValueTask.CompletedTask;
        }
    }

    private sealed class LargeSource(Volume volume, RecordLocation location) : BlobSource
    {
        private int _released;

        public override long Length => location.Length;

        public override async Task CopyAsync(long offset, long count, Stream target, CancellationToken cancellationToken)
        {
            var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
            try
            {
                for (long done = 0; done < count;)
                {
                    var wanted = (int)Math.Min(ChunkBytes, count - done);
                    var place = location.PayloadOffset + offset + done;
                    if (await volume.File.ReadAsync(place, chunk.AsMemory(0, wanted), cancellationToken) != wanted)
                    {
                        throw new EndOfStreamException($"Volume {volume.Number} is shorter than its index says.");
                    }
                    await target.WriteAsync(chunk.AsMemory(0, wanted), cancellationToken);
                    done += wanted;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(chunk);
            }
        }

        public override ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                volume.Release();
            }
            return ValueTask.CompletedTask;
        }
    }
}
