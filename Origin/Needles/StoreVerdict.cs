namespace Flickr.Origin.Needles;

/// <summary>What a node did with a write. The names travel between nodes: never rename one.</summary>
internal enum StoreVerdict
{
    /// <summary>Durable here, and new here.</summary>
    Stored,

    /// <summary>Durable here; the same was there before.</summary>
    Existed,

    /// <summary>A touch of a blob whose bytes this node has not got: send them.</summary>
    BytesMissing,

    /// <summary>A later generation is known; nothing changed.</summary>
    Older,

    /// <summary>The disk's reserve is reached.</summary>
    Full,

    /// <summary>The disk failed, or the node is stopping.</summary>
    Failed,
}
