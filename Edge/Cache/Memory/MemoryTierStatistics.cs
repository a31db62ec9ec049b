namespace Flickr.Edge.Cache.Memory;

/// <summary>A picture of the RAM tier at one moment; counters count since the start.</summary>
/// <param name="Objects">Objects that a lookup can find.</param>
/// <param name="BytesMax">The limit.</param>
/// <param name="CommittedBytes">Bytes of slabs held, in use or not.</param>
/// <param name="UsedBytes">Bytes of slabs that objects and bodies in flight hold.</param>
/// <param name="MetadataBytes">Bytes counted for bookkeeping, ghost queue included.</param>
/// <param name="SmallBytes">Bytes in the small queue.</param>
/// <param name="MainBytes">Bytes in the main queue.</param>
/// <param name="BorrowedBytes">Bytes that bodies in flight hold outside the tier.</param>
/// <param name="Leases">Leases not given back.</param>
/// <param name="Inserted">Objects committed.</param>
/// <param name="Evicted">Objects that had to go for others.</param>
/// <param name="Promoted">Objects that earned the main queue by a hit in the small one.</param>
/// <param name="GhostHits">Objects that went to the main queue because their key was remembered.</param>
/// <param name="Removed">Objects taken out by order.</param>
/// <param name="NoRoom">Times that no memory could be found.</param>
internal sealed record MemoryTierStatistics(
    long Objects,
    long BytesMax,
    long CommittedBytes,
    long UsedBytes,
    long MetadataBytes,
    long SmallBytes,
    long MainBytes,
    long BorrowedBytes,
    long Leases,
    long Inserted,
    long Evicted,
    long Promoted,
    long GhostHits,
    long Removed,
    long NoRoom);
