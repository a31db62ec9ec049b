using Flickr.Fleet.Streaming;

namespace Flickr.ControlPlane.Log;

/// <summary>A row of the log.</summary>
internal sealed record LogEntry
{
    public long Sequence { get; init; }
    public string Receipt { get; init; } = "";
    public long AtMs { get; init; }
    public string Kind { get; init; } = "";
    public string Value { get; init; } = "";
    public long Soft { get; init; }
    public string? Owner { get; init; }
    public long? Epoch { get; init; }
    public string? Reason { get; init; }
    public string Actor { get; init; } = "";

    /// <summary>What the stream says of it: neither who nor why.</summary>
    public InvalidationEntry ToWire() => new(Sequence, AtMs, Kind, Value, Soft != 0, Epoch);
}
