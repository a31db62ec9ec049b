using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Flickr.Listening;

/// <summary>
/// What <c>flickr nodes invite</c> prints: <c>FLKJ-&lt;SHA-256 of the authority's public key, hex&gt;-&lt;id&gt;.&lt;secret,
/// base64url&gt;</c>. The fingerprint tells the node whom it may show the secret to.
/// </summary>
/// <param name="Fingerprint">SHA-256 of the authority's SubjectPublicKeyInfo, lower-case hex.</param>
/// <param name="Id">Of the invitation.</param>
/// <param name="Secret">256 random bits, base64url; kept as a hash only.</param>
internal sealed partial record JoinToken(string Fingerprint, string Id, string Secret)
{
    /// <summary>Reads a token; null when it is none.</summary>
    public static JoinToken? Parse(string text)
    {
        var match = Form().Match(text);
        return match.Success
            ? new JoinToken(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)
            : null;
    }

    /// <summary>The fingerprint of an authority.</summary>
    public static string FingerprintOf(X509Certificate2 authority) =>
        Convert.ToHexStringLower(SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>As the command prints it.</summary>
    public string Write() => $"FLKJ-{Fingerprint}-{Id}.{Secret}";

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"invitation {Id}";

    [GeneratedRegex(@"^FLKJ-([0-9a-f]{64})-([a-z0-9]{8,32})\.([A-Za-z0-9_-]{43})$")]
    private static partial Regex Form();
}
