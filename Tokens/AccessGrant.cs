using System.Collections.Immutable;

namespace Flickr.Tokens;

/// <summary>
/// What a verified token says, whatever its form. Immutable; the verifier gives the same instance for the
/// same token as
/// long as it is cached. It says nothing about revocation: ask the invalidations.
/// </summary>
public sealed record AccessGrant
{
    /// <summary>The form it came in.</summary>
    public required TokenForm Form { get; init; }

    /// <summary>The key that signed it.</summary>
    public required string KeyId { get; init; }

    /// <summary>The issuer the key belongs to.</summary>
    public required string Issuer { get; init; }

    /// <summary>The host it is for.</summary>
    public required string Audience { get; init; }

    /// <summary>What it covers.</summary>
    public required GrantScope Scope { get; init; }

    /// <summary>The classes of bytes it opens.</summary>
    public required PhotoClasses Classes { get; init; }

    /// <summary>Owner of what it opens; null only for foreign tokens of the RFC 9246 profile.</summary>
    public string? Owner { get; init; }

    /// <summary>The owner's epoch when the permission was read; below the owner's current one it is
    /// revoked.</summary>
    public long OwnerEpoch { get; init; }

    /// <summary>Pseudonym of the viewer; null when the token is for anyone who holds it.</summary>
    public string? Viewer { get; init; }

    /// <summary>The token's own id; never null for originals and for one use.</summary>
    public string? TokenId { get; init; }

    /// <summary>The moment the permission was read. Whole seconds.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>The first moment it is no longer good. Whole seconds.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The first moment it is good; null means from the start.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>True when it may be used once.</summary>
    public bool Once { get; init; }

    /// <summary>Originals its viewer may have on the way at a time.</summary>
    public int ConcurrentOriginals { get; init; } = 1;

    /// <summary>The client addresses it is for; null means any.</summary>
    public ClientRange? Clients { get; init; }

    /// <summary>Tags of albums or photos it hangs on, for finer revocation; never default.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];
}
