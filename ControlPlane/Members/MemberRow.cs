namespace Flickr.ControlPlane.Members;

/// <summary>A member as the table knows it.</summary>
internal sealed record MemberRow
{
    public string Id { get; init; } = "";
    public string Role { get; init; } = "";
    public string Name { get; init; } = "";
    public string Zone { get; init; } = "";

    /// <summary>Hex SHA-256 of its public key: a renewal is for the same key.</summary>
    public string PublicKey { get; init; } = "";
    public long JoinedMs { get; init; }
    public long RenewedMs { get; init; }
    public long NotAfterMs { get; init; }

    /// <summary>When it was removed; 0 while it is a member.</summary>
    public long RemovedMs { get; init; }
}
