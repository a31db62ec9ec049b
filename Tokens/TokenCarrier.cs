using Flickr.Tokens.Paths;

namespace Flickr.Tokens;

/// <summary>Where tokens ride in a request: the query, or cookies. A request carries one at most, whatever
/// the place.</summary>
public static class TokenCarrier
{
    /// <summary>Query parameter of a JWT, as RFC 9246 names it.</summary>
    public const string JwtParameter = "URISigningPackage";

    /// <summary>Query parameter of an FS1 token.</summary>
    public const string Fs1Parameter = "fs";

    /// <summary>Cookie of a JWT.</summary>
    public const string JwtCookie = "__Secure-URISigningPackage";

    /// <summary>Cookie of an FS1 token.</summary>
    public const string Fs1Cookie = "__Secure-fs";

    /// <summary>Whether a query parameter carries a token, so must not reach cache key, origin or
    /// log.</summary>
    public static bool IsTokenParameter(ReadOnlySpan<char> name) => name is JwtParameter or Fs1Parameter;

    /// <summary>
    /// Finds the one token. <see cref="TokenVerdict.Valid"/> here only means that there is exactly one;
    /// otherwise Missing, Ambiguous or TooLarge.
    /// </summary>
    /// <param name="target">The request target.</param>
    /// <param name="cookieHeader">The <c>Cookie</c> header, several joined by <c>"; "</c>; null or empty when
    /// there is none.</param>
    /// <param name="token">The token, when there is one.</param>
    public static TokenVerdict Find(CanonicalTarget target, string? cookieHeader, out PresentedToken token)
    {
        token = default;
        var found = 0;
        foreach (var pair in target.Query)
        {
            if (!IsTokenParameter(pair.Name)) continue;
            found++;
            token = new PresentedToken(pair.Name == JwtParameter ? TokenForm.Jwt : TokenForm.Fs1, pair.Value);
        }
        if (!string.IsNullOrEmpty(cookieHeader)) found += FindCookies(cookieHeader, ref token);
        return found switch
        {
            0 => TokenVerdict.Missing,
            > 1 => TokenVerdict.Ambiguous,
            _ => token.Text.Length switch
            {
                0 => TokenVerdict.Malformed,
                > Limits.TokenLengthMax => TokenVerdict.TooLarge,
                _ => TokenVerdict.Valid,
            },
        };
    }

    private static int FindCookies(ReadOnlySpan<char> header, ref PresentedToken token)
    {
        var found = 0;
        foreach (var range in header.Split(';'))
        {
            var cookie = header[range].Trim(' ');
            var equals = cookie.IndexOf('=');
            if (equals < 0 || cookie[..equals] is not (JwtCookie or Fs1Cookie)) continue;
            found++;
            var form = cookie[..equals] is JwtCookie ? TokenForm.Jwt : TokenForm.Fs1;
            token = new PresentedToken(form, cookie[(equals + 1)..].ToString());
        }
        return found;
    }
}
