namespace Flickr.Origin.Volumes;

/// <summary>
/// Hears every durable record in log order: at start from the volumes, later from the appender, always from one thread.
/// Implemented by the node's index and by the models of the crash tests.
/// </summary>
internal interface IRecordSink
{
    /// <param name="header">What was written.</param>
    /// <param name="location">Where.</param>
    /// <param name="payload">The payload of links, their tombstones and hints; empty for blobs.</param>
    void Apply(in RecordHeader header, RecordLocation location, ReadOnlyMemory<byte> payload);

    /// <summary>The record at this place is damaged; its bytes are not to be served.</summary>
    void Quarantine(in RecordHeader header, RecordLocation location);
}
