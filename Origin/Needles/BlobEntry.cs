using System.Runtime.InteropServices;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>
/// What a node knows about one blob. 32 bytes. It is a join: applying the same records in any order ends in the same entry,
/// so replicas agree without agreeing on an order.
/// </summary>
/// <param name="Location">Where the bytes lie; none when this node has not got them.</param>
/// <param name="Generation">The highest generation of any put, touch or tombstone seen.</param>
/// <param name="Flags">Whether the highest one was a tombstone, and whether the bytes are damaged.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BlobEntry(RecordLocation Location, long Generation, BlobFlags Flags)
{
    public bool IsDeleted => (Flags & BlobFlags.Deleted) != 0;

    public bool IsDamaged => (Flags & BlobFlags.Damaged) != 0;

    /// <summary>Whether this node can serve the bytes.</summary>
    public bool IsPresent => !Location.IsNone && Flags == BlobFlags.None;

    /// <summary>A put or a touch. A tombstone wins a tie.</summary>
    public BlobEntry WithTouch(long generation) =>
        generation > Generation ? this with { Generation = generation, Flags = Flags & ~BlobFlags.Deleted } : this;

    public BlobEntry WithTombstone(long generation) =>
        generation >= Generation ? this with { Generation = generation, Flags = Flags | BlobFlags.Deleted } : this;

    /// <summary>Bytes arrived. The newest copy is the one that counts: compaction moves blobs by writing them again.</summary>
    public BlobEntry WithBytes(RecordLocation location) =>
        this with { Location = location, Flags = Flags & ~BlobFlags.Damaged };

    /// <summary>The bytes of a deleted blob are let go of; a touch will then ask for them again.</summary>
    public BlobEntry WithoutBytes() => IsDeleted ? this with { Location = RecordLocation.None } : this;
}

/// <summary>State bits of a <see cref="BlobEntry"/>.</summary>
[Flags]
internal enum BlobFlags : byte
{
    None = 0,
    Deleted = 1,
    Damaged = 2,
}
