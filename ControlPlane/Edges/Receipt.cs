namespace Flickr.ControlPlane.Edges;

/// <summary>Proof of an invalidation.</summary>
/// <param name="Id">The receipt.</param>
/// <param name="Sequence">Its number in the log.</param>
/// <param name="Kind">What was invalidated.</param>
/// <param name="Value">Which.</param>
/// <param name="AtMs">When it was committed.</param>
/// <param name="State"><c>confirmed</c> when every edge has applied it or is past its bound; else
/// <c>pending</c>.</param>
/// <param name="Edges">Every edge that could have served what was forbidden.</param>
internal sealed record Receipt(
    [property: System.Text.Json.Serialization.JsonPropertyName("receipt")] string Id,
    long Sequence, string Kind, string Value, long AtMs, string State, IReadOnlyList<ReceiptEdge> Edges);

/// <summary>One edge of a receipt.</summary>
/// <param name="Id">The edge.</param>
/// <param name="AcknowledgedMs">When its acknowledgement was committed, Unix milliseconds; null when there is
/// none.</param>
/// <param name="HarmlessAtMs">Without one: from then on the bound keeps the edge from serving it. Moves on
/// while it is live.</param>
/// <param name="TookMs">From commit to acknowledgement.</param>
internal sealed record ReceiptEdge(string Id, long? AcknowledgedMs, long? HarmlessAtMs, long? TookMs)
{
    /// <summary>Whether its stream stands.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsLive { get; init; }
}
