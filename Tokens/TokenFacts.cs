namespace Flickr.Tokens;

/// <summary>
/// What a token says, as slices of the token's own bytes: reading a token allocates nothing, and becomes an
/// <see cref="AccessGrant"/> only when it is kept. Fields are checked for their character sets when they are
/// put in.
/// </summary>
internal ref struct TokenFacts
{
    public TokenFacts()
    {
    }

    public VerifyKey? Key;

    /// <summary>Segments the signing key is derived for, 0 for a key that may sign anything.</summary>
    public int KeyDepth;

    /// <summary>FS1: number of leading segments the scope has, 0 for the full path. The signature already
    /// bound the path.</summary>
    public int Depth;

    /// <summary>JWT: the <c>cdniuc</c> claim, unescaped.</summary>
    public ReadOnlySpan<byte> Container;

    public ReadOnlySpan<byte> Issuer;
    public ReadOnlySpan<byte> Audience;
    public ReadOnlySpan<byte> Owner;
    public ReadOnlySpan<byte> Viewer;
    public ReadOnlySpan<byte> TokenId;

    /// <summary>Tags joined by commas.</summary>
    public ReadOnlySpan<byte> Tags;

    /// <summary>JWT: the client address claim, a JWE.</summary>
    public ReadOnlySpan<byte> Client;

    public long Expires;
    public long IssuedAt = -1;
    public long NotBefore = -1;
    public long OwnerEpoch = -1;
    public PhotoClasses Classes = Grant.DefaultClasses;
    public int ConcurrentOriginals = 1;
    public bool Once;
}
