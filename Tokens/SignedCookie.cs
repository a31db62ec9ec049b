using System.Globalization;

namespace Flickr.Tokens;

/// <summary>
/// A cookie that carries a token. The browser sends it only below <paramref name="Path"/>, which is the
/// prefix that was
/// signed, only over TLS, and no script can read it.
/// </summary>
/// <param name="Name">Starts with <c>__Secure-</c>, so that no plain-text response can set another in its
/// place.</param>
/// <param name="Value">The token.</param>
/// <param name="Path">The signed prefix.</param>
/// <param name="Expires">The token's expiry.</param>
public sealed record SignedCookie(string Name, string Value, string Path, DateTimeOffset Expires)
{
    /// <summary>The value of a <c>Set-Cookie</c> header. <c>SameSite=None</c>: photos are shown by pages of
    /// another site.</summary>
    public string ToSetCookie() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}={Value}; Path={Path}; Expires={Expires:R}; Secure; HttpOnly; SameSite=None");

    /// <summary>Name and path, never the token.</summary>
    public override string ToString() => $"{Name} for {Path}";
}
