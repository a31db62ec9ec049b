using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The bytes of a record before they are in a volume: in memory, or in a file that its owner keeps open until the append
/// has answered. The checksum was taken when the bytes arrived and is compared again when a file is copied.
/// </summary>
internal sealed class Payload
{
    public static Payload Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

    public Payload(ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
        Length = bytes.Length;
        Checksum = XxHash3.HashToUInt64(bytes.Span);
    }

    public Payload(SafeFileHandle file, long length, ulong checksum)
    {
        File = file;
        Length = length;
        Checksum = checksum;
    }

    /// <summary>The bytes, when <see cref="File"/> is null.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public SafeFileHandle? File { get; }

    public long Length { get; }

    /// <summary>XXH3-64 of the bytes.</summary>
    public ulong Checksum { get; }

    /// <summary>Reads up to a full buffer; returns the bytes read, 0 at the end.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        if (File is null)
        {
            var part = Bytes.Span[(int)offset..];
            part = part[..Math.Min(part.Length, buffer.Length)];
            part.CopyTo(buffer);
            return part.Length;
        }
        var wanted = (int)Math.Min(buffer.Length, Length - offset);
        return wanted <= 0 ? 0 : RandomAccess.Read(File, buffer[..wanted], offset);
    }
}
