namespace Flickr.Origin.Needles;

/// <summary>What one node says about a blob.</summary>
/// <param name="Generation">Highest generation seen; 0 when the node never heard of the blob.</param>
/// <param name="Length">Length in bytes when present.</param>
/// <param name="IsPresent">The node can serve the bytes.</param>
/// <param name="IsDeleted">The highest generation was a tombstone.</param>
/// <param name="IsDamaged">The node had the bytes and they rotted.</param>
internal readonly record struct BlobFact(long Generation, long Length, bool IsPresent, bool IsDeleted, bool IsDamaged)
{
    public static BlobFact Unknown => default;

    /// <summary>The node never heard of the blob.</summary>
    public bool IsUnknown => this == Unknown;
}
