using Flickr.ControlPlane.Audit;

namespace Flickr.Client;

internal sealed record InvalidationOrder(string Kind, string Value, bool? Soft, string? Owner, long? Epoch,
    string? Reason);

/// <summary>What became of an invalidation; <c>State</c> is <c>pending</c> or <c>confirmed</c>.</summary>
internal sealed record Receipt(
    [property: System.Text.Json.Serialization.JsonPropertyName("receipt")] string Id, long Sequence,
        string? Kind, string? Value,
    long? AtMs, string? State, IReadOnlyList<EdgeReceipt>? Edges);

internal sealed record EdgeReceipt(string Id, long? AcknowledgedMs, long? HarmlessAtMs);

internal sealed record KeyList(long Version, IReadOnlyList<KeyFacts> Keys);

internal sealed record KeyFacts(
    string Kid, string Algorithm, string State, string? Issuer, long? CreatedMs, long? ActivatedMs,
        long? NotAfterMs,
    IReadOnlyList<string>? Acknowledged, IReadOnlyList<string>? WaitingFor);

internal sealed record KeyBundle(long Version, long? Term, IReadOnlyList<KeyMaterial> Keys,
    IReadOnlyList<string>? Edges);

internal sealed record KeyMaterial(
    string Kid, string Issuer, string Algorithm, string State, long? NotAfterMs, string? Secret, string? X,
        string? Y, string? D);

internal sealed record RotateOrder(string Algorithm, bool Force);

internal sealed record InviteOrder(string Role, string? Name, string? Zone, long? Seconds);

internal sealed record InvitedNode(string Token, string Id, long ExpiresMs);

internal sealed record HealedLog(long Term, long Sequence, string Receipt);

internal sealed record RotatedKey(string? Kid, string? State);

internal sealed record MemberList(IReadOnlyList<EdgeMember> Edges, IReadOnlyList<NodeMember>? Nodes);

internal sealed record NodeMember(string Id, string Role, string Name, string? Zone, long JoinedMs, long RenewedMs,
    long NotAfterMs, long? RemovedMs);

internal sealed record EdgeMember(string Id, string? Address, bool Live, long Acknowledged, long? LagMs,
    long? KeysVersion);

internal sealed record AuditPage(IReadOnlyList<AuditRow> Rows);

internal sealed record AuditVerdict(bool Holds, long Count, long? FirstBreak);

internal sealed record OriginListing(IReadOnlyList<string> Directories, IReadOnlyList<OriginFile> Files,
    string? Next);

internal sealed record OriginFile(string Name, string Digest, long Length, string? ContentType,
    long? Generation);
