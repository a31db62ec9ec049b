using Flickr.Origin.Volumes;

namespace Flickr.Origin.Links;

/// <summary>Where a node keeps the newest record of one path. The higher generation wins, then the higher checksum.</summary>
internal readonly record struct LinkEntry(RecordLocation Location, long Generation, ulong Checksum, LinkFlags Flags)
{
    public bool IsDeleted => (Flags & LinkFlags.Deleted) != 0;

    public bool IsDamaged => (Flags & LinkFlags.Damaged) != 0;

    public bool IsLive => Flags == LinkFlags.None && !Location.IsNone;

    public bool IsOlderThan(in LinkEntry other) =>
        Generation != other.Generation ? Generation < other.Generation : Checksum < other.Checksum;
}

/// <summary>State bits of a <see cref="LinkEntry"/>.</summary>
[Flags]
internal enum LinkFlags : byte
{
    None = 0,
    Deleted = 1,
    Damaged = 2,
}
