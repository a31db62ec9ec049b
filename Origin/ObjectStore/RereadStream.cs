using Flickr.Origin.Volumes;

namespace Flickr.Origin.ObjectStore;

/// <summary>Bytes as a stream that can be read again, as the signing of an upload needs. For one reader at a time.</summary>
internal sealed class RereadStream : Stream
{
    private readonly ReadAt _read;
    private readonly long _length;

    private RereadStream(ReadAt read, long length) => (_read, _length) = (read, length);

    /// <summary>Fills the buffer from a position, as far as there are bytes; returns how many.</summary>
    private delegate int ReadAt(long position, Span<byte> buffer);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position { get; set; }

    /// <summary>A payload, whole.</summary>
    public static RereadStream Of(Payload payload) => new(payload.Read, payload.Length);

    /// <summary>The first bytes of a volume.</summary>
    public static RereadStream Of(Volume volume, long length) => new(
        (position, buffer) => volume.File.Read(position, buffer) == buffer.Length ? buffer.Length
            : throw new EndOfStreamException($"Volume {volume.Number} is shorter than its index says."), length);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Clamp(_length - Position, 0, buffer.Length);
        var read = wanted == 0 ? 0 : _read(Position, buffer[..wanted]);
        Position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => _length + offset,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
