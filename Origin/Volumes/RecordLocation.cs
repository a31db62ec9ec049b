namespace Flickr.Origin.Volumes;

/// <summary>Where a record's header begins, and how long its payload is. 16 bytes.</summary>
internal readonly record struct RecordLocation(int Volume, uint Block, uint Length)
{
    /// <summary>No place at all: the bytes are not on this node.</summary>
    public static RecordLocation None => default;

    public static RecordLocation At(int volume, long offset, uint length) =>
        new(volume, checked((uint)(offset / RecordHeader.Alignment)), length);

    /// <summary>Volumes count from 1, so the default value is no place.</summary>
    public bool IsNone => Volume == 0;

    public long Offset => (long)Block * RecordHeader.Alignment;

    public long PayloadOffset => Offset + RecordHeader.Size;
}
