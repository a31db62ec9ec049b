namespace Flickr.Tokens;

/// <summary>The outcome of looking at a token. <see cref="TokenVerdictCodes.Code"/> gives the number for
/// access logs.</summary>
public enum TokenVerdict
{
    /// <summary>Not looked at yet; never an answer.</summary>
    None = 0,

    /// <summary>Genuine, in time, and it covers the request.</summary>
    Valid,

    /// <summary>No token.</summary>
    Missing,

    /// <summary>More than one token.</summary>
    Ambiguous,

    /// <summary>Longer than any token we mint.</summary>
    TooLarge,

    /// <summary>Not in the one spelling the format has.</summary>
    Malformed,

    /// <summary>The key id names no key here.</summary>
    UnknownKey,

    /// <summary>The key is not in a state that verifies, or past its end.</summary>
    KeyNotUsable,

    /// <summary>The header's algorithm is not the key's.</summary>
    WrongAlgorithm,

    /// <summary>The signature does not match (for FS1 also: the token is for another path or host).</summary>
    BadSignature,

    /// <summary>The expiry is reached; there is no leeway.</summary>
    Expired,

    /// <summary>Its first moment is still to come.</summary>
    NotYetValid,

    /// <summary>Issued more than two seconds ahead of this clock.</summary>
    IssuedInFuture,

    /// <summary>Lives longer than allowed.</summary>
    LifetimeTooLong,

    /// <summary>The issuer is not the key's.</summary>
    WrongIssuer,

    /// <summary>For another host.</summary>
    WrongAudience,

    /// <summary>A claim that must be there is not.</summary>
    MissingClaim,

    /// <summary>A claim that would have to be understood is not.</summary>
    UnknownClaim,

    /// <summary>A version of the URI signing package that is not 1.</summary>
    UnsupportedVersion,

    /// <summary>Only one of the two renewal claims.</summary>
    RenewalIncomplete,

    /// <summary>A token for originals or for one use without an id to watch.</summary>
    TokenIdMissing,

    /// <summary>For another client address.</summary>
    WrongClient,

    /// <summary>Genuine, for something else than what was asked for.</summary>
    OutOfScope,

    /// <summary>Tokens open GET and HEAD only.</summary>
    MethodNotAllowed,

    /// <summary>Covers the path, not this class of bytes.</summary>
    ClassNotAllowed,

    /// <summary>Taken back. Set by who knows the invalidations.</summary>
    Revoked,

    /// <summary>Cannot be told to be still good, as this edge was cut off too long. Set by who knows the
    /// invalidations.</summary>
    OutOfDate,

    /// <summary>A token for one use that was used. Set by who keeps the ids.</summary>
    Replayed,

    /// <summary>Another original of the same viewer is on its way. Set by who keeps the leases.</summary>
    TooManyOriginals,
}
