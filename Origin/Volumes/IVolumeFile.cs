namespace Flickr.Origin.Volumes;

/// <summary>
/// One volume's file. Errors are <see cref="IOException"/>s whose HResult is the errno. Reads may run beside each other
/// and beside one writer.
/// </summary>
internal interface IVolumeFile : IDisposable
{
    /// <summary>The file's length in bytes, allocated room included.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends; returns the bytes read.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>As <see cref="Read"/>.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes the parts one after the other; not durable before <see cref="Sync"/>.</summary>
    void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> parts);

    /// <summary>Makes room up to <paramref name="length"/>.</summary>
    void Allocate(long length);

    /// <summary>Cuts the file to <paramref name="length"/>.</summary>
    void Truncate(long length);

    /// <summary>Makes everything written durable. A failure is final.</summary>
    void Sync();
}
