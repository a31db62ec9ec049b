namespace Flickr.Tokens.Jwt;

/// <summary>The claims read here.</summary>
internal enum JwtClaim
{
    Unknown,
    Issuer,
    Audience,
    Expires,
    IssuedAt,
    NotBefore,
    TokenId,
    Version,
    Critical,
    Container,
    Client,
    RenewalSeconds,
    RenewalTransport,
    RenewalDepth,
    Owner,
    OwnerEpoch,
    Viewer,
    Classes,
    ConcurrentOriginals,
    Once,
    Tags,
}
