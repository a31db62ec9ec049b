namespace Flickr.Fleet.Invalidations;

/// <summary>
/// Why a token that verifies is refused nevertheless. Every value but <see cref="None"/> refuses it.
/// </summary>
public enum GrantCoverage
{
    /// <summary>Nothing revokes it.</summary>
    None = 0,

    /// <summary>The owner's epoch has moved on.</summary>
    OwnerEpoch = 1,

    /// <summary>The viewer's older tokens are revoked.</summary>
    Viewer = 2,

    /// <summary>This one token is revoked.</summary>
    TokenId = 3,

    /// <summary>The key is revoked.</summary>
    Key = 4,

    /// <summary>
    /// The private object, or the token, carries a tag that was invalidated after the token was minted.
    /// </summary>
    Tag = 5,

    /// <summary>The token is older than what the bounded tables still remember exactly.</summary>
    Forgotten = 6,
}
