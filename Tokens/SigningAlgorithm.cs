namespace Flickr.Tokens;

/// <summary>The algorithm a key is bound to. A token never chooses it.</summary>
public enum SigningAlgorithm
{
    /// <summary>HMAC with SHA-256, a shared secret of 32 bytes or more.</summary>
    HS256,

    /// <summary>ECDSA on P-256 with SHA-256; edges hold only the public part.</summary>
    ES256,
}
