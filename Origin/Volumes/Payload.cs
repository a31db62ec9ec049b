using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The bytes of a record on their way: in memory, in a staged file, or in a volume, which its owner keeps open until the
/// last user has answered. The checksum was taken when the bytes arrived and is compared again when they are copied.
/// </summary>
internal sealed class Payload
{
    private readonly SafeFileHandle? _file;
    private readonly Volume? _volume;
    private readonly long _volumeOffset;

    public static Payload Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    public Payload(ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
        Length = bytes.Length;
        Checksum = XxHash3.HashToUInt64(bytes.Span);
    }

    public Payload(SafeFileHandle file, long length, ulong checksum)
    {
        _file = file;
        Length = length;
        Checksum = checksum;
    }

    public Payload(Volume volume, RecordLocation location, ulong checksum)
    {
        _volume = volume;
        _volumeOffset = location.PayloadOffset;
        Length = location.Length;
        Checksum = checksum;
    }

    public bool IsInMemory => _file is null && _volume is null;

    /// <summary>The bytes, when they are in memory.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public long Length { get; }

    /// <summary>XXH3-64 of the bytes.</summary>
    public ulong Checksum { get; }

    /// <summary>Reads up to a full buffer; returns the bytes read, 0 at the end.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        if (IsInMemory)
        {
            var part = Bytes.Span[(int)offset..];
            part = part[..Math.Min(part.Length, buffer.Length)];
            part.CopyTo(buffer);
            return part.Length;
        }
        var wanted = (int)Math.Min(buffer.Length, Length - offset);
        return wanted <= 0 ? 0
            : _volume is not null ? _volume.File.Read(_volumeOffset + offset, buffer[..wanted])
            : RandomAccess.Read(_file!, buffer[..wanted], offset);
    }
}
