using System.Buffers.Binary;
using System.IO.Hashing;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// The bytes of a record in the log: one object (its head, and its body when that is small), or one chunk of
/// a large body.
/// <code>
/// key   0  16  cache key
///      16   8  0 for the object; write id shifted left by 16, plus chunk number, plus 1 for a chunk
/// value 0   8  XXH3-64 of the value from byte 8 on, seeded with the key
///       8   1  format, 1
///       9   1  kind: 1 object, 2 chunk
///      10   2  zero
///      12   4  length of the head block; chunk: its number
///      16   8  write id
///      24   8  fill sequence; chunk: zero
///      32   8  length of the body; chunk: its bytes
///      40   4  bytes of each chunk but the last
///      44   4  chunks in records of their own, 0 when the body is here
///      48   .  head block, then the body when it is here; chunk: its bytes
/// </code>
/// All numbers are little-endian.
/// </summary>
internal static class LogRecord
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = CacheKey.Size + sizeof(ulong);

    /// <summary>Bytes before the head block.</summary>
    public const int HeaderBytes = 48;

    /// <summary>Chunks an object can have.</summary>
    public const int ChunksMax = ushort.MaxValue - 1;

    /// <summary>Bits of a write id.</summary>
    public const ulong WriteIdMask = (1UL << 48) - 1;

    private const byte Format = 1;
    private const byte KindObject = 1;
    private const byte KindChunk = 2;

    public static void WriteObjectKey(in CacheKey key, Span<byte> destination)
    {
        key.Write(destination);
        destination.Slice(CacheKey.Size, sizeof(ulong)).Clear();
    }

    public static void WriteChunkKey(in CacheKey key, ulong writeId, int chunk, Span<byte> destination)
    {
        key.Write(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[CacheKey.Size..],
            (writeId << 16) + (uint)chunk + 1);
    }

    /// <summary>True for the key of an object, false for that of a chunk.</summary>
    public static bool IsObjectKey(ReadOnlySpan<byte> key) =>
        BinaryPrimitives.ReadUInt64LittleEndian(key[CacheKey.Size..]) == 0;

    /// <summary>
    /// Fills the header of an object whose head and body are already behind it, and seals it.
    /// </summary>
    public static void SealObject(ReadOnlySpan<byte> key, Span<byte> record, in LogManifest manifest)
    {
        WriteHeader(record, KindObject, manifest.HeadLength, manifest.WriteId, manifest.FillSequence,
            manifest.BodyLength);
        BinaryPrimitives.WriteInt32LittleEndian(record[40..], manifest.ChunkBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record[44..], manifest.ChunkCount);
        Seal(key, record);
    }

    /// <summary>Fills the header of a chunk whose bytes are already behind it, and seals it.</summary>
    public static void SealChunk(ReadOnlySpan<byte> key, Span<byte> record, ulong writeId, int chunk)
    {
        WriteHeader(record, KindChunk, chunk, writeId, 0, record.Length - HeaderBytes);
        record[40..HeaderBytes].Clear();
        Seal(key, record);
    }

    /// <summary>Checks and reads the record of an object. False when it is damaged or none.</summary>
    public static bool TryReadObject(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record,
        out LogManifest manifest)
    {
        manifest = default;
        if (!IsWhole(key, record) || record[9] != KindObject)
        {
            return false;
        }
        manifest = new LogManifest(
            BinaryPrimitives.ReadUInt64LittleEndian(record[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(record[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(record[44..]),
            HeaderBytes,
            BinaryPrimitives.ReadInt32LittleEndian(record[12..]));
        var here = manifest.ChunkCount == 0 ? manifest.BodyLength : 0;
        return manifest.HeadLength >= 0 && HeaderBytes + manifest.HeadLength + here == record.Length;
    }

    /// <summary>Checks the record of a chunk. False when it is damaged or another one.</summary>
    public static bool IsChunk(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record, ulong writeId, int chunk) =>
        IsWhole(key, record)
        && record[9] == KindChunk
        && BinaryPrimitives.ReadInt32LittleEndian(record[12..]) == chunk
        && BinaryPrimitives.ReadUInt64LittleEndian(record[16..]) == writeId;

    /// <summary>The write id in a record; it must have been checked.</summary>
    public static ulong WriteId(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt64LittleEndian(record[16..]);

    /// <summary>True when the checksum is right and the format is ours.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record) =>
        record.Length >= HeaderBytes
        && BinaryPrimitives.ReadUInt64LittleEndian(record) == Checksum(key, record)
        && record[8] == Format;

    private static void WriteHeader(
        Span<byte> record, byte kind, int headOrChunk, ulong writeId, long fillSequence, long bodyLength)
    {
        record[8] = Format;
        record[9] = kind;
        record[10] = record[11] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], headOrChunk);
        BinaryPrimitives.WriteUInt64LittleEndian(record[16..], writeId);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], fillSequence);
        BinaryPrimitives.WriteInt64LittleEndian(record[32..], bodyLength);
    }

    private static void Seal(ReadOnlySpan<byte> key, Span<byte> record) =>
        BinaryPrimitives.WriteUInt64LittleEndian(record, Checksum(key, record));

    // The key is in the seed, so that a record that turns up under another key is not whole.
    private static ulong Checksum(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record) =>
        XxHash3.HashToUInt64(record[8..], (long)XxHash3.HashToUInt64(key));
}
