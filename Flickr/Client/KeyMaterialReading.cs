using System.Buffers.Text;
using Flickr.Commands;
using Flickr.Tokens;

namespace Flickr.Client;

/// <summary>Keys as the control plane sends them, made into keys that verify or sign.</summary>
internal static class KeyMaterialReading
{
    /// <summary>
    /// The key ring of a verify bundle. Keys of an algorithm or state that this command does not know are
    /// left out.
    /// </summary>
    public static KeyRing RingOf(KeyBundle bundle) =>
        KeyRing.Of(bundle.Keys.Select(VerifyKeyOf).OfType<VerifyKey>(), bundle.Version);

    /// <summary>The first active key of the algorithm.</summary>
    /// <exception cref="WrongUseException">There is none.</exception>
    public static MintKey MintKeyOf(KeyBundle bundle, SigningAlgorithm algorithm)
    {
        var material = bundle.Keys.FirstOrDefault(key => key.Algorithm == algorithm.ToString()
            && StateOf(key) == KeyState.Active)
            ?? throw new WrongUseException($"the control plane has no active {algorithm} key");
        return algorithm == SigningAlgorithm.HS256
            ? MintKey.FromSecret(material.Kid, material.Issuer, Bytes(material.Secret))
            : MintKey.FromPrivateKey(material.Kid, material.Issuer, Bytes(material.D), Bytes(material.X),
                Bytes(material.Y));
    }

    private static VerifyKey? VerifyKeyOf(KeyMaterial key)
    {
        if (StateOf(key) is not { } state)
        {
            return null;
        }
        DateTimeOffset? notAfter = key.NotAfterMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : null;
        return key.Algorithm switch
        {
            "HS256" => VerifyKey.FromSecret(key.Kid, key.Issuer, Bytes(key.Secret), state, notAfter),
            "ES256" =>
                VerifyKey.FromPublicKey(key.Kid, key.Issuer, Bytes(key.X), Bytes(key.Y), state, notAfter),
            _ => null,
        };
    }

    private static KeyState? StateOf(KeyMaterial key) =>
        Enum.TryParse<KeyState>(key.State.Replace("-", "", StringComparison.Ordinal), ignoreCase: true,
            out var state) ? state : null;

    private static byte[] Bytes(string? base64Url) => Base64Url.DecodeFromChars(base64Url ?? "");
}
