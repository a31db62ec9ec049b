namespace Flickr.Tokens;

/// <summary>How much a JWT must say. FS1 tokens are always strict.</summary>
public enum TokenProfile
{
    /// <summary>Our own: issuer, audience, times, owner and epoch are required, unknown claims are
    /// refused.</summary>
    Strict,

    /// <summary>RFC 9246 as other issuers speak it: only what the RFC requires, and unknown claims only
    /// refused when critical.</summary>
    Rfc9246,
}
