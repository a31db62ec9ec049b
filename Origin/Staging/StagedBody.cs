using System.Buffers;
using Flickr.Origin.Volumes;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Origin.Staging;

/// <summary>A body received whole: hashed, and kept in rented memory or in a file until its owner lets go of it.</summary>
internal sealed class StagedBody(Digest id, Payload payload, byte[]? rented, SafeFileHandle? file) : IDisposable
{
    private byte[]? _rented = rented;

    /// <summary>SHA-256 of the bytes.</summary>
    public Digest Id { get; } = id;

    public Payload Payload { get; } = payload;

    public long Length => Payload.Length;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        file?.Dispose();
    }
}
