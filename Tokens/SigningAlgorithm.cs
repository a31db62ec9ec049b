namespace Flickr.Tokens;

/// <summary>The algorithm a key is bound to. A token never chooses it. Names are those of RFC 7518.</summary>
public enum SigningAlgorithm
{
    /// <summary>HMAC with SHA-256, a shared secret of 32 bytes or more.</summary>
    HS256,

    /// <summary>ECDSA on P-256 with SHA-256; edges hold only the public part.</summary>
    ES256,

    /// <summary>RSA PKCS #1 with SHA-256. This and the others with RSA are for the keys of foreign issuers;
    /// nothing mints them.</summary>
    RS256,

    /// <summary>RSA PKCS #1 with SHA-384.</summary>
    RS384,

    /// <summary>RSA PKCS #1 with SHA-512.</summary>
    RS512,

    /// <summary>RSA PSS with SHA-256.</summary>
    PS256,

    /// <summary>RSA PSS with SHA-384.</summary>
    PS384,

    /// <summary>RSA PSS with SHA-512.</summary>
    PS512,
}
