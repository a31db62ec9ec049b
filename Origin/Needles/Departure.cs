using System.Buffers.Binary;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>
/// Says that a copy was let go because all homes have theirs. It names the copy's place, so it says nothing about one that comes later:
/// not even when compaction writes it again behind that one. Payload: 4 volume, 4 block, 4 length, little-endian.
/// </summary>
internal static class Departure
{
    private const int Size = 12;

    public static byte[] Of(RecordLocation copy)
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, copy.Volume);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), copy.Block);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), copy.Length);
        return bytes;
    }

    /// <summary>No place when the bytes are none.</summary>
    public static RecordLocation Read(ReadOnlySpan<byte> bytes) => bytes.Length != Size ? RecordLocation.None : new RecordLocation(
        BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
}
