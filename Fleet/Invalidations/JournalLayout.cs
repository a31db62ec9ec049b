using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Flickr.Fleet.Invalidations;

/// <summary>
/// Bytes of the horizon's journal, little-endian.
/// <code>
/// header  0  8  "FLKHZN01"
///         8  8  seed of the hashes
///        16 12  zero
///        28  4  CRC-32 of bytes 0..27
/// record  0  4  length of the payload
///         4  4  CRC-32 of the payload
///         8  n  payload, its first byte the type:
///   1 invalidation  sequence i64, at ms i64, kind u8, flags u8 (1 soft, 2 has epoch), epoch i64, value UTF-8
/// to the end
///   2 mark          term i64, sequence i64: everything before this record is applied up to it
///   3 entry         table u8, hash u64, its columns i64 each
///   4 floors        all hard, all soft, dead, owner epoch, issued ms: i64 each, every key u8
/// </code>
/// A record that is cut, or whose CRC is wrong, ends the journal: it and all behind it were never
/// acknowledged.
/// </summary>
internal static class JournalLayout
{
    public const int HeaderLength = 32;
    public const byte InvalidationRecord = 1;
    public const byte MarkRecord = 2;
    public const byte EntryRecord = 3;
    public const byte FloorsRecord = 4;
    private const int FrameLength = 8;
    private const int PayloadMax = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "FLKHZN01"u8;

    public static byte[] Header(ulong seed)
    {
        var header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), seed);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Crc32.HashToUInt32(header.AsSpan(0, 28)));
        return header;
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> file, out ulong seed)
    {
        seed = 0;
        if (file.Length < HeaderLength || !file.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(file[28..]) != Crc32.HashToUInt32(file[..28]))
        {
            return false;
        }
        seed = BinaryPrimitives.ReadUInt64LittleEndian(file[8..]);
        return true;
    }

    public static void WriteInvalidation(ArrayBufferWriter<byte> output, Invalidation invalidation)
    {
        var valueLength = Encoding.UTF8.GetByteCount(invalidation.Value);
        var payload = new byte[1 + 8 + 8 + 1 + 1 + 8 + valueLength];
        payload[0] = InvalidationRecord;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(1), invalidation.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(9), invalidation.At.ToUnixTimeMilliseconds());
        payload[17] = (byte)invalidation.Kind;
        payload[18] = (byte)((invalidation.Soft ? 1 : 0) | (invalidation.Epoch is null ? 0 : 2));
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(19), invalidation.Epoch ?? 0);
        Encoding.UTF8.GetBytes(invalidation.Value, payload.AsSpan(27));
        WriteFrame(output, payload);
    }

    public static Invalidation ReadInvalidation(ReadOnlySpan<byte> payload) => new(
        BinaryPrimitives.ReadInt64LittleEndian(payload[1..]),
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(payload[9..])),
        (InvalidationKind)payload[17],
        Encoding.UTF8.GetString(payload[27..]),
        Soft: (payload[18] & 1) != 0,
        Epoch: (payload[18] & 2) != 0 ? BinaryPrimitives.ReadInt64LittleEndian(payload[19..]) : null);

    public static void WriteMark(ArrayBufferWriter<byte> output, long term, long sequence) =>
        WriteNumbers(output, [MarkRecord], term, sequence);

    public static void WriteFloors(ArrayBufferWriter<byte> output, HorizonFloors floors) =>
        WriteNumbers(output, [FloorsRecord], floors.AllHard, floors.AllSoft, floors.Dead, floors.OwnerEpoch,
            floors.IssuedMs, floors.EveryKey ? 1 : 0);

    public static HorizonFloors ReadFloors(ReadOnlySpan<byte> payload) => new(
        NumberAt(payload, 0), NumberAt(payload, 1), NumberAt(payload, 2), NumberAt(payload, 3),
        NumberAt(payload, 4), NumberAt(payload, 5) != 0);

    public static void WriteEntry(ArrayBufferWriter<byte> output, int table, ulong hash,
        ReadOnlySpan<long> numbers)
    {
        Span<long> all = stackalloc long[numbers.Length + 1];
        all[0] = (long)hash;
        numbers.CopyTo(all[1..]);
        WriteNumbers(output, [EntryRecord, (byte)table], all);
    }

    /// <summary>One number of a payload of mark or floors.</summary>
    public static long NumberAt(ReadOnlySpan<byte> payload, int index) =>
        BinaryPrimitives.ReadInt64LittleEndian(payload[(1 + index * 8)..]);

    /// <summary>The hash and the columns of an entry's payload.</summary>
    public static (int Table, ulong Hash, long[] Numbers) ReadEntry(ReadOnlySpan<byte> payload)
    {
        var numbers = new long[(payload.Length - 2) / 8 - 1];
        for (var index = 0; index < numbers.Length; index++)
        {
            numbers[index] = BinaryPrimitives.ReadInt64LittleEndian(payload[(10 + index * 8)..]);
        }
        return (payload[1], BinaryPrimitives.ReadUInt64LittleEndian(payload[2..]), numbers);
    }

    /// <summary>The payload at an offset; false when the record there is cut or damaged.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> file, int offset, out ReadOnlySpan<byte> payload,
        out int next)
    {
        payload = default;
        next = offset;
        var rest = file[offset..];
        if (rest.Length < FrameLength)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (length is 0 or > PayloadMax || rest.Length - FrameLength < length)
        {
            return false;
        }
        payload = rest.Slice(FrameLength, (int)length);
        next = offset + FrameLength + (int)length;
        return BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) == Crc32.HashToUInt32(payload);
    }

    private static void WriteNumbers(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> head,
        params ReadOnlySpan<long> numbers)
    {
        Span<byte> payload = stackalloc byte[head.Length + numbers.Length * 8];
        head.CopyTo(payload);
        for (var index = 0; index < numbers.Length; index++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(payload[(head.Length + index * 8)..], numbers[index]);
        }
        WriteFrame(output, payload);
    }

    private static void WriteFrame(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> payload)
    {
        var frame = output.GetSpan(FrameLength + payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32.HashToUInt32(payload));
        payload.CopyTo(frame[FrameLength..]);
        output.Advance(FrameLength + payload.Length);
    }
}
