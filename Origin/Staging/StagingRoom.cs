using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using Flickr.Origin.Volumes;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Origin.Staging;

/// <summary>
/// Where bodies wait until they are whole. Bodies up to 1 MiB stay in rented memory, longer ones go to a nameless file, so a
/// node's memory does not grow with what it is sent. Nothing here is durable: an upload cut short leaves nothing behind.
/// </summary>
internal sealed class StagingRoom
{
    private const int MemoryBytesMax = 1 << 20;
    private const int FirstBufferBytes = 64 << 10;
    private const int ChunkBytes = 128 << 10;
    private readonly string _directory;

    public StagingRoom(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        foreach (var left in Directory.EnumerateFiles(directory))
        {
            File.Delete(left);
        }
    }

    /// <summary>Reads a body to its end; null when it is longer than <paramref name="bytesMax"/>.</summary>
    public async Task<StagedBody?> ReceiveAsync(
        Stream body, long? length, long bytesMax, CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var firstBytes = (int)Math.Min(MemoryBytesMax, Math.Max(1, length + 1 ?? FirstBufferBytes));
        var buffer = ArrayPool<byte>.Shared.Rent(firstBytes);
        var filled = 0;
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                {
                    if (filled >= MemoryBytesMax)
                    {
                        return await ReceiveLargeAsync(body, buffer, filled, sha, bytesMax, cancellationToken);
                    }
                    buffer = Grow(buffer, filled);
                }
                var read = await body.ReadAsync(buffer.AsMemory(filled), cancellationToken);
                if (read == 0)
                {
                    break;
                }
                sha.AppendData(buffer, filled, read);
                filled += read;
                if (filled > bytesMax)
                {
                    return null;
                }
            }
            var staged = new StagedBody(
                Digest.Read(sha.GetHashAndReset()), new Payload(buffer.AsMemory(0, filled)), buffer, null);
            buffer = [];
            return staged;
        }
        finally
        {
            if (buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task<StagedBody?> ReceiveLargeAsync(Stream body, byte[] head, int headBytes, IncrementalHash sha,
        long bytesMax, CancellationToken cancellationToken)
    {
        var file = OpenNameless();
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var checksum = new XxHash3();
            checksum.Append(head.AsSpan(0, headBytes));
            await RandomAccess.WriteAsync(file, head.AsMemory(0, headBytes), 0, cancellationToken);
            long length = headBytes;
            int read;
            while ((read = await body.ReadAsync(chunk.AsMemory(0, ChunkBytes), cancellationToken)) > 0)
            {
                sha.AppendData(chunk, 0, read);
                checksum.Append(chunk.AsSpan(0, read));
                await RandomAccess.WriteAsync(file, chunk.AsMemory(0, read), length, cancellationToken);
                length += read;
                if (length > bytesMax)
                {
                    return null;
                }
            }
            var staged = new StagedBody(Digest.Read(sha.GetHashAndReset()),
                new Payload(file, length, checksum.GetCurrentHashAsUInt64()), null, file);
            file = null;
            return staged;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
            file?.Dispose();
        }
    }

    /// <summary>The file is gone with its handle, or with the process.</summary>
    private SafeFileHandle OpenNameless()
    {
        var path = Path.Combine(_directory, Guid.NewGuid().ToString("N"));
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous);
    }

    private static byte[] Grow(byte[] buffer, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, MemoryBytesMax));
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
