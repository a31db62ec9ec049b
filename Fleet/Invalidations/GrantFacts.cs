using System.Collections.Immutable;
using Flickr.Tokens;

namespace Flickr.Fleet.Invalidations;

/// <summary>What an invalidation can name of a token that was found valid.</summary>
/// <param name="KeyId">The key that signed it.</param>
/// <param name="IssuedAt">When it was minted, or when the minter last checked the permission.</param>
/// <param name="Owner">Owner whose content it opens; null when it names none.</param>
/// <param name="OwnerEpoch">The owner's epoch at minting.</param>
/// <param name="Viewer">Viewer pseudonym; null when it names none.</param>
/// <param name="TokenId">jti; null when it has none.</param>
/// <param name="Tags">Tags the token itself is bound to; default counts as empty.</param>
public readonly record struct GrantFacts(
    string KeyId,
    DateTimeOffset IssuedAt,
    string? Owner,
    long OwnerEpoch,
    string? Viewer,
    string? TokenId,
    ImmutableArray<string> Tags)
{
    /// <summary>What a verified token says of itself.</summary>
    public static GrantFacts Of(AccessGrant grant) => new(
        grant.KeyId, grant.IssuedAt, grant.Owner, grant.OwnerEpoch, grant.Viewer, grant.TokenId, grant.Tags);
}
