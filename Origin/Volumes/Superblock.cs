using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The first 256 bytes of a volume, written and made durable before the first record. Numbers are little-endian.
/// <code>
/// offset size
///      0    8  "FLICKRV1"
///      8    4  volume number
///     12    4  format, 1
///     16   16  salt of the header checks, random
///     32    8  creation time, Unix milliseconds
///     40    2  length of the node id in bytes
///     42  198  node id, UTF-8
///    248    8  XXH3-64 of bytes 0–247
/// </code>
/// </summary>
internal sealed record Superblock(int Volume, byte[] Salt, long CreatedMs, string NodeId)
{
    public const int Size = 256;
    private const int Format = 1;
    private const int NodeIdBytesMax = 198;

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        "FLICKRV1"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Volume);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Format);
        Salt.CopyTo(bytes, 16);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), CreatedMs);
        var node = Encoding.UTF8.GetBytes(NodeId);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(40), (ushort)node.Length);
        node.AsSpan(0, Math.Min(node.Length, NodeIdBytesMax)).CopyTo(bytes.AsSpan(42));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(248), XxHash3.HashToUInt64(bytes.AsSpan(0, 248)));
        return bytes;
    }

    /// <summary>Null when the bytes are no superblock of this format.</summary>
    public static Superblock? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size || !bytes[..8].SequenceEqual("FLICKRV1"u8)
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[248..]) != XxHash3.HashToUInt64(bytes[..248])
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) != Format)
        {
            return null;
        }
        var nodeLength = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(bytes[40..]), NodeIdBytesMax);
        return new Superblock(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            bytes.Slice(16, 16).ToArray(),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            Encoding.UTF8.GetString(bytes.Slice(42, nodeLength)));
    }
}
