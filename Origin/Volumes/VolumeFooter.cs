using System.Buffers.Binary;
using System.IO.Hashing;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The index of a sealed volume: a record of kind <see cref="RecordKind.Footer"/> whose payload lists every record before
/// it, then a trailer in the last 64 bytes of the file. Never trusted over the log: when any check fails the volume is scanned.
/// <code>
/// entry:   8 offset, 64 header as written, and for links and hints the payload (its length is in the header)
/// trailer: 8 "FLICKREN", 8 footer offset, 8 entries, 24 zero, 16 XXH3-128 of salt and bytes 0–47
/// </code>
/// </summary>
internal static class VolumeFooter
{
    public const int TrailerSize = 64;

    /// <summary>Kinds whose payload the index needs at start, so it rides in the footer.</summary>
    public static bool CarriesPayload(RecordKind kind) =>
        kind is RecordKind.Link or RecordKind.LinkTombstone or RecordKind.Hint or RecordKind.HintDone or RecordKind.LetGo;

    public static byte[] Trailer(long footerOffset, long entries, ReadOnlySpan<byte> salt)
    {
        var bytes = new byte[TrailerSize];
        "FLICKREN"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), footerOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), entries);
        CheckOf(bytes, salt, bytes.AsSpan(48));
        return bytes;
    }

    /// <summary>The footer's offset, or 0 when the volume has no valid trailer.</summary>
    public static long FindFooter(IVolumeFile file, ReadOnlySpan<byte> salt)
    {
        Span<byte> bytes = stackalloc byte[TrailerSize];
        Span<byte> check = stackalloc byte[16];
        var length = file.Length;
        if (length < Superblock.Size + TrailerSize || file.Read(length - TrailerSize, bytes) != TrailerSize
            || !bytes[..8].SequenceEqual("FLICKREN"u8))
        {
            return 0;
        }
        CheckOf(bytes, salt, check);
        return check.SequenceEqual(bytes[48..]) ? BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) : 0;
    }

    /// <summary>Reads the footer into <paramref name="found"/>; false when a check fails.</summary>
    public static bool TryRead(Volume volume, long footerOffset, List<ScannedRecord> found)
    {
        var head = new byte[RecordHeader.Size];
        if (volume.File.Read(footerOffset, head) != head.Length
            || !RecordHeader.TryRead(head, volume.Superblock.Salt, footerOffset, out var header)
            || header.Kind != RecordKind.Footer)
        {
            return false;
        }
        var payload = new byte[header.Length];
        if (volume.File.Read(footerOffset + RecordHeader.Size, payload) != payload.Length
            || XxHash3.HashToUInt64(payload) != header.Checksum)
        {
            return false;
        }
        return TryParse(payload, volume.Superblock.Salt, found);
    }

    /// <summary>Reads entries as a footer and a checkpoint hold them; false when one's header does not fit its offset.</summary>
    public static bool TryParse(byte[] payload, ReadOnlySpan<byte> salt, List<ScannedRecord> found)
    {
        for (var position = 0; position + 8 + RecordHeader.Size <= payload.Length;)
        {
            var offset = BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(position));
            position += 8;
            if (!RecordHeader.TryRead(payload.AsSpan(position), salt, offset, out var record))
            {
                return false;
            }
            position += RecordHeader.Size;
            var carried = CarriesPayload(record.Kind) ? (int)record.Length : 0;
            found.Add(new ScannedRecord(offset, record, payload.AsMemory(position, carried), false));
            position += carried;
        }
        return true;
    }

    /// <summary>XXH3-128 of the salt and the first 48 bytes of a trailer or of a checkpoint's head.</summary>
    public static void CheckOf(ReadOnlySpan<byte> trailer, ReadOnlySpan<byte> salt, Span<byte> check)
    {
        Span<byte> input = stackalloc byte[16 + 48];
        salt[..16].CopyTo(input);
        trailer[..48].CopyTo(input[16..]);
        XxHash128.Hash(input, check);
    }
}

/// <summary>One record met in a volume. The payload is filled for the kinds a footer carries.</summary>
internal readonly record struct ScannedRecord(
    long Offset, RecordHeader Header, ReadOnlyMemory<byte> Payload, bool IsDamaged);
