namespace Flickr.Edge.Cache.Log;

/// <summary>What the record of an object says of it.</summary>
/// <param name="WriteId">Ties the chunks to the one write that made them.</param>
/// <param name="FillSequence">Invalidation sequence read before the origin was asked.</param>
/// <param name="BodyLength">Bytes of the body.</param>
/// <param name="ChunkBytes">Bytes of each chunk but the last.</param>
/// <param name="ChunkCount">Chunks in records of their own; 0 when the body follows the head.</param>
/// <param name="HeadStart">Where the head block starts in the record.</param>
/// <param name="HeadLength">Bytes of the head block.</param>
internal readonly record struct LogManifest(
    ulong WriteId,
    long FillSequence,
    long BodyLength,
    int ChunkBytes,
    int ChunkCount,
    int HeadStart,
    int HeadLength)
{
    /// <summary>Where the body starts, when it is in this record.</summary>
    public int BodyStart => HeadStart + HeadLength;
}
