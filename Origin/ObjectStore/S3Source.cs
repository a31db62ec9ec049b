using System.Buffers;
using System.Security.Cryptography;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.ObjectStore;

/// <summary>
/// A blob of a bucket on its way out. Small ones are read and hashed before the first byte goes; large ones are hashed on the way, and
/// their last piece is held back until the digest is known: a caller never sees wrong bytes end well.
/// </summary>
internal sealed class S3Source : BlobSource
{
    private readonly S3Bucket _bucket;
    private readonly BlobDocument _known;
    private readonly Digest _id;
    private readonly byte[]? _whole;

    private S3Source(S3Bucket bucket, BlobDocument known, Digest id, byte[]? whole) =>
        (_bucket, _known, _id, _whole) = (bucket, known, id, whole);

    public override long Length => _known.Length;

    /// <summary>Null when the bytes are gone, or are not those of the digest.</summary>
    public static async Task<S3Source?> OpenAsync(
        S3Bucket bucket, BlobDocument known, Digest id, CancellationToken cancellationToken)
    {
        if (known.Length > SmallBytesMax)
        {
            return new S3Source(bucket, known, id, null);
        }
        await using var stream = await bucket.OpenAsync(known.Key, 0, known.Length, cancellationToken);
        if (stream is null)
        {
            return null;
        }
        var whole = new byte[known.Length];
        var read = await stream.ReadAtLeastAsync(whole, whole.Length, throwOnEndOfStream: false, cancellationToken);
        return read == whole.Length && Digest.OfBytes(whole) == id ? new S3Source(bucket, known, id, whole) : null;
    }

    public override async Task CopyAsync(long offset, long length, Stream target, CancellationToken cancellationToken)
    {
        if (_whole is not null)
        {
            await target.WriteAsync(_whole.AsMemory((int)offset, (int)length), cancellationToken);
            return;
        }
        await using var stream = await _bucket.OpenAsync(_known.Key, offset, length, cancellationToken)
            ?? throw new IOException("The object is gone.");
        using var sha = offset == 0 && length == Length ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long done = 0; done < length;)
            {
                var wanted = (int)Math.Min(ChunkBytes, length - done);
                await stream.ReadExactlyAsync(chunk.AsMemory(0, wanted), cancellationToken);
                sha?.AppendData(chunk, 0, wanted);
                done += wanted;
                if (done == length && sha is not null && Digest.Read(sha.GetHashAndReset()) != _id)
                {
                    throw new IOException("The object has another digest.");
                }
                await target.WriteAsync(chunk.AsMemory(0, wanted), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
