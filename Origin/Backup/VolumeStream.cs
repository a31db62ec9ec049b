using Flickr.Origin.Volumes;

namespace Flickr.Origin.Backup;

/// <summary>The first bytes of a volume as a stream that can be read again.</summary>
internal sealed class VolumeStream(Volume volume, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, length - Position);
        if (wanted <= 0)
        {
            return 0;
        }
        if (volume.File.Read(Position, buffer[..wanted]) != wanted)
        {
            throw new EndOfStreamException($"Volume {volume.Number} is shorter than its index says.");
        }
        Position += wanted;
        return wanted;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
