namespace Flickr.Origin.Links;

/// <summary>What one node says about a path.</summary>
/// <param name="Generation">Generation of the newest record; 0 when the node never heard of the path.</param>
/// <param name="Checksum">Checksum of the record, the tie-breaker.</param>
/// <param name="IsDeleted">Whether it is a tombstone.</param>
/// <param name="Link">The link; null when deleted, unknown or damaged.</param>
/// <param name="IsDamaged">The newest record rotted: another node has to be asked.</param>
internal sealed record LinkFact(long Generation, ulong Checksum, bool IsDeleted, Link? Link, bool IsDamaged = false)
{
    public static LinkFact Unknown { get; } = new(0, 0, false, null);

    public bool IsUnknown => Generation == 0 && Link is null && !IsDeleted && !IsDamaged;

    public bool IsOlderThan(LinkFact other) =>
        Generation != other.Generation ? Generation < other.Generation : Checksum < other.Checksum;
}
