namespace Flickr.Tokens;

/// <summary>The numbers of RFC 9246 section 6.4 for verdicts, with our own from 450 on. For access logs,
/// never for clients.</summary>
public static class TokenVerdictCodes
{
    /// <summary>The code of a verdict.</summary>
    public static int Code(this TokenVerdict verdict) => verdict switch
    {
        TokenVerdict.None or TokenVerdict.Missing => 0,
        TokenVerdict.Valid => 200,
        TokenVerdict.WrongIssuer => 401,
        TokenVerdict.WrongAudience => 403,
        TokenVerdict.Expired or TokenVerdict.LifetimeTooLong => 404,
        TokenVerdict.NotYetValid or TokenVerdict.IssuedInFuture => 405,
        TokenVerdict.RenewalIncomplete => 406,
        TokenVerdict.TokenIdMissing or TokenVerdict.Replayed => 407,
        TokenVerdict.UnsupportedVersion => 408,
        TokenVerdict.UnknownClaim or TokenVerdict.MissingClaim => 409,
        TokenVerdict.WrongClient or TokenVerdict.ClassNotAllowed or TokenVerdict.MethodNotAllowed => 410,
        TokenVerdict.OutOfScope => 411,
        TokenVerdict.Revoked => 450,
        TokenVerdict.OutOfDate => 451,
        TokenVerdict.TooManyOriginals => 452,
        _ => 400,
    };
}
