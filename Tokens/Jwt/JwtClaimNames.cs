namespace Flickr.Tokens.Jwt;

/// <summary>The names of claims, both ways.</summary>
internal static class JwtClaimNames
{
    public const string Issuer = "iss", Audience = "aud", Expires = "exp", IssuedAt = "iat", TokenId = "jti";
    public const string Version = "cdniv", Critical = "cdnicrit", Container = "cdniuc";
    public const string Owner = "flk_own", OwnerEpoch = "flk_ep", Viewer = "flk_vid", Classes = "flk_cls";
    public const string ConcurrentOriginals = "flk_cc", Once = "flk_once", Tags = "flk_tags";

    /// <summary>The claim of a name; names are compared byte by byte.</summary>
    public static JwtClaim Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 => OfThree(name),
        5 when name.SequenceEqual("cdniv"u8) => JwtClaim.Version,
        6 when name.SequenceEqual("cdniuc"u8) => JwtClaim.Container,
        6 when name.SequenceEqual("cdniip"u8) => JwtClaim.Client,
        6 when name.SequenceEqual("flk_ep"u8) => JwtClaim.OwnerEpoch,
        6 when name.SequenceEqual("flk_cc"u8) => JwtClaim.ConcurrentOriginals,
        7 when name.SequenceEqual("flk_own"u8) => JwtClaim.Owner,
        7 when name.SequenceEqual("flk_vid"u8) => JwtClaim.Viewer,
        7 when name.SequenceEqual("flk_cls"u8) => JwtClaim.Classes,
        7 when name.SequenceEqual("cdniets"u8) => JwtClaim.RenewalSeconds,
        7 when name.SequenceEqual("cdnistt"u8) => JwtClaim.RenewalTransport,
        7 when name.SequenceEqual("cdnistd"u8) => JwtClaim.RenewalDepth,
        8 when name.SequenceEqual("flk_once"u8) => JwtClaim.Once,
        8 when name.SequenceEqual("flk_tags"u8) => JwtClaim.Tags,
        8 when name.SequenceEqual("cdnicrit"u8) => JwtClaim.Critical,
        _ => JwtClaim.Unknown,
    };

    private static JwtClaim OfThree(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("iss"u8) ? JwtClaim.Issuer
        : name.SequenceEqual("aud"u8) ? JwtClaim.Audience
        : name.SequenceEqual("exp"u8) ? JwtClaim.Expires
        : name.SequenceEqual("iat"u8) ? JwtClaim.IssuedAt
        : name.SequenceEqual("nbf"u8) ? JwtClaim.NotBefore
        : name.SequenceEqual("jti"u8) ? JwtClaim.TokenId
        : JwtClaim.Unknown;
}
