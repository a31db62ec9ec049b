using System.Buffers.Text;
using Flickr.Tokens;

namespace Flickr.Fleet.Streaming;

/// <summary>The keys that an edge verifies with, or that a service mints with.</summary>
/// <param name="Version">Rises with every change of any key.</param>
/// <param name="Term">The control plane's term.</param>
/// <param name="Keys">The keys.</param>
/// <param name="Edges">Public addresses of the live edges; only in the mint bundle.</param>
public sealed record VerifyBundle(
    long Version, long Term, IReadOnlyList<BundleKey> Keys, IReadOnlyList<string>? Edges = null)
{
    /// <summary>
    /// The keys as a verifier takes them. What is of an unknown algorithm or state is left out: it verifies
    /// nothing.
    /// </summary>
    /// <exception cref="FormatException">A part is not base64url.</exception>
    public KeyRing ToKeyRing() => KeyRing.Of(Keys.Select(ToVerifyKey).OfType<VerifyKey>(), Version);

    private static VerifyKey? ToVerifyKey(BundleKey key)
    {
        if (!Enum.TryParse<KeyState>(key.State, ignoreCase: true, out var state))
        {
            return null;
        }
        DateTimeOffset? notAfter = key.NotAfterMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : null;
        return key switch
        {
            { Algorithm: "HS256", Secret: { } secret } => VerifyKey.FromSecret(
                key.Kid, key.Issuer, Base64Url.DecodeFromChars(secret), state, notAfter),
            { Algorithm: "ES256", X: { } x, Y: { } y } => VerifyKey.FromPublicKey(
                key.Kid, key.Issuer, Base64Url.DecodeFromChars(x), Base64Url.DecodeFromChars(y), state,
                    notAfter),
            _ => null,
        };
    }
}
