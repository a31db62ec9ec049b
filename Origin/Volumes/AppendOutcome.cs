namespace Flickr.Origin.Volumes;

/// <summary>What became of a record.</summary>
internal enum AppendOutcome
{
    /// <summary>Durable.</summary>
    Stored,

    /// <summary>Not written: the disk is full, or its reserve is reached.</summary>
    Full,

    /// <summary>Not acknowledged: the disk failed. The node is read-only until it is started again.</summary>
    Failed,
}
