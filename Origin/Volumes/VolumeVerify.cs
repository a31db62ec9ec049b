using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Flickr.Origin.Volumes;

/// <summary>Compares what lies in a volume with what was written there.</summary>
internal static class VolumeVerify
{
    private const int ChunkBytes = 256 << 10;

    /// <summary>Whether the payload still has the checksum of its header.</summary>
    public static bool IsWhole(Volume volume, long offset, in RecordHeader header)
    {
        var hash = new XxHash3();
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            long done = 0;
            while (done < header.Length)
            {
                var wanted = (int)Math.Min(ChunkBytes, header.Length - done);
                if (volume.File.Read(offset + RecordHeader.Size + done, buffer.AsSpan(0, wanted)) != wanted)
                {
                    return false;
                }
                hash.Append(buffer.AsSpan(0, wanted));
                done += wanted;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return hash.GetCurrentHashAsUInt64() == header.Checksum;
    }

    /// <summary>Whether header, checksum and, for a blob, the SHA-256 hold: the full check of a scrub.</summary>
    public static async ValueTask<bool> IsIdenticalAsync(
        Volume volume, RecordLocation location, Digest key, bool isBlob, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            if (await volume.File.ReadAsync(location.Offset, buffer.AsMemory(0, RecordHeader.Size), cancellationToken)
                    != RecordHeader.Size
                || !RecordHeader.TryRead(buffer, volume.Superblock.Salt, location.Offset, out var header)
                || header.Key != key || header.Length != location.Length)
            {
                return false;
            }
            var checksum = new XxHash3();
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long done = 0; done < header.Length;)
            {
                var wanted = (int)Math.Min(ChunkBytes, header.Length - done);
                var offset = location.PayloadOffset + done;
                if (await volume.File.ReadAsync(offset, buffer.AsMemory(0, wanted), cancellationToken) != wanted)
                {
                    return false;
                }
                checksum.Append(buffer.AsSpan(0, wanted));
                sha.AppendData(buffer, 0, wanted);
                done += wanted;
            }
            return checksum.GetCurrentHashAsUInt64() == header.Checksum
                && (!isBlob || Digest.Read(sha.GetHashAndReset()) == key);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
