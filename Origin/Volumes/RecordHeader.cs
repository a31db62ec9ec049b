using System.Buffers.Binary;
using System.IO.Hashing;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The 64 bytes in front of each payload. Numbers are little-endian; the payload follows and is padded with zeros to a
/// multiple of 64.
/// <code>
/// offset size
///      0    2  magic 'F' 'R'
///      2    1  kind (RecordKind)
///      3    1  flags: bit 0 = first record of a batch
///      4    4  payload length in bytes
///      8   32  key: SHA-256 of the blob, or of the link's path
///     40    8  generation
///     48    8  XXH3-64 of the payload
///     56    8  header check: XXH3-64 of salt (16), record offset (8), bytes 0–55
/// </code>
/// The salt is random per volume and never leaves the node, so bytes of an upload cannot pass for a header; the offset is
/// part of the check, so a header copied elsewhere does not pass either.
/// </summary>
internal readonly record struct RecordHeader(
    RecordKind Kind, bool StartsBatch, uint Length, Digest Key, long Generation, ulong Checksum)
{
    public const int Size = 64;
    public const int Alignment = 64;
    private const byte Magic0 = (byte)'F';
    private const byte Magic1 = (byte)'R';

    /// <summary>Bytes the record takes in its volume, with header and padding.</summary>
    public long RecordBytes => RecordBytesOf(Length);

    public static long RecordBytesOf(long length) => Size + ((length + Alignment - 1) & ~(long)(Alignment - 1));

    public void Write(Span<byte> target, ReadOnlySpan<byte> salt, long offset)
    {
        target[0] = Magic0;
        target[1] = Magic1;
        target[2] = (byte)Kind;
        target[3] = StartsBatch ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Length);
        Key.Write(target[8..]);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], Checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(target[56..], CheckOf(target[..56], salt, offset));
    }

    /// <summary>Reads a header if the bytes are one that was written at this offset of the volume with this salt.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ReadOnlySpan<byte> salt, long offset, out RecordHeader header)
    {
        header = default;
        if (source.Length < Size || source[0] != Magic0 || source[1] != Magic1
            || BinaryPrimitives.ReadUInt64LittleEndian(source[56..]) != CheckOf(source[..56], salt, offset))
        {
            return false;
        }
        header = new RecordHeader(
            (RecordKind)source[2],
            (source[3] & 1) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            Digest.Read(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[48..]));
        return true;
    }

    private static ulong CheckOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> salt, long offset)
    {
        Span<byte> input = stackalloc byte[16 + 8 + 56];
        salt[..16].CopyTo(input);
        BinaryPrimitives.WriteInt64LittleEndian(input[16..], offset);
        head[..56].CopyTo(input[24..]);
        return XxHash3.HashToUInt64(input);
    }
}
