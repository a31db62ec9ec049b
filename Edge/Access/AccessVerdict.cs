namespace Flickr.Edge.Access;

/// <summary>Whether a request may have an object.</summary>
internal enum AccessVerdict
{
    /// <summary>It may.</summary>
    Granted,

    /// <summary>The object needs a token and there is none.</summary>
    TokenMissing,

    /// <summary>The token has expired.</summary>
    TokenExpired,

    /// <summary>The token does not open this: forged, foreign, malformed, out of scope, revoked.</summary>
    TokenRefused,

    /// <summary>The token is not looked at: its source has shown too many forged ones.</summary>
    Throttled,

    /// <summary>The token is not looked at: too many wait for their signature to be verified.</summary>
    Busy,

    /// <summary>It might, but bytes of this age need a word from the origin first.</summary>
    Revalidate,

    /// <summary>This edge has been cut off for too long to say.</summary>
    OutOfDate,
}
