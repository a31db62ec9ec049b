using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>The payload of a record of this node; its volume stays open until this is disposed.</summary>
internal sealed class BorrowedPayload : IDisposable
{
    private readonly Volume _volume;

    private BorrowedPayload(Volume volume, Payload payload)
    {
        _volume = volume;
        Payload = payload;
    }

    public Payload Payload { get; }

    /// <summary>Null when the volume is gone or the header is not that of <paramref name="key"/>.</summary>
    public static BorrowedPayload? Open(VolumeStore volumes, RecordLocation location, Digest key)
    {
        if (volumes.Lease(location.Volume) is not { } volume)
        {
            return null;
        }
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        if (volume.File.Read(location.Offset, head) == head.Length
            && RecordHeader.TryRead(head, volume.Superblock.Salt, location.Offset, out var header) && header.Key == key)
        {
            return new BorrowedPayload(volume, new Payload(volume, location, header.Checksum));
        }
        volume.Release();
        return null;
    }

    public void Dispose() => _volume.Release();
}
