using System.Security.Cryptography;
using System.Text;
using Flickr.Tokens.Signatures;

namespace Flickr.Tokens;

/// <summary>A key as an edge holds it: enough to verify, bound to one issuer and one algorithm. Immutable,
/// thread-safe.</summary>
public sealed class VerifyKey
{
    /// <summary>Bytes a shared secret must have at least.</summary>
    public const int SecretBytesMin = 32;

    /// <summary>Bytes of the longest signature any key here can check.</summary>
    internal const int SignatureBytesMax = RsaSignature.BitsMax / 8;

    private VerifyKey(
        string keyId, string issuer, SigningAlgorithm algorithm, KeyState state, DateTimeOffset? notAfter,
        ISignatureCheck check, ReadOnlySpan<byte> material)
    {
        if (!TokenText.IsKeyId(keyId))
            throw new ArgumentException("A key id is 1 to 64 of A-Z a-z 0-9 . _ ~ @ -", nameof(keyId));
        ArgumentException.ThrowIfNullOrEmpty(issuer);
        (KeyId, Issuer, Algorithm, State, NotAfter, Check) =
            (keyId, issuer, algorithm, state, notAfter, check);
        AlgorithmName = algorithm.ToString();
        Fingerprint = Print(material);
    }

    private VerifyKey(VerifyKey other, KeyState state)
    {
        (KeyId, Issuer, Algorithm, NotAfter) = (other.KeyId, other.Issuer, other.Algorithm, other.NotAfter);
        (AlgorithmName, Fingerprint, Check) = (other.AlgorithmName, other.Fingerprint, other.Check);
        State = state;
    }

    /// <summary>The name tokens call it by: 1 to 64 of <c>[A-Za-z0-9._~@-]</c>.</summary>
    public string KeyId { get; }

    /// <summary>The only issuer whose tokens it signs.</summary>
    public string Issuer { get; }

    /// <summary>The only algorithm it is used with.</summary>
    public SigningAlgorithm Algorithm { get; }

    /// <summary>Where it is in its life.</summary>
    public KeyState State { get; }

    /// <summary>The first moment it verifies nothing any more; null means none is set.</summary>
    public DateTimeOffset? NotAfter { get; }

    /// <summary>The algorithm as a header spells it.</summary>
    internal string AlgorithmName { get; }

    /// <summary>What checks signatures under it.</summary>
    internal ISignatureCheck Check { get; }

    /// <summary>SHA-256 over algorithm, id, issuer and material: tells a key from another that took over its
    /// id.</summary>
    internal byte[] Fingerprint { get; }

    /// <summary>An HS256 key from its secret, which is copied.</summary>
    /// <exception cref="ArgumentException">A key id that cannot be, or fewer than 32 bytes.</exception>
    public static VerifyKey FromSecret(
        string keyId, string issuer, ReadOnlySpan<byte> secret, KeyState state,
        DateTimeOffset? notAfter = null)
    {
        if (secret.Length < SecretBytesMin)
            throw new ArgumentException("An HS256 secret has 32 bytes or more.", nameof(secret));
        var check = new HmacSignature(secret.ToArray());
        return new VerifyKey(keyId, issuer, SigningAlgorithm.HS256, state, notAfter, check, secret);
    }

    /// <summary>An ES256 key from the coordinates of its public point, 32 bytes each.</summary>
    /// <exception cref="ArgumentException">A key id that cannot be, or coordinates of another
    /// length.</exception>
    /// <exception cref="CryptographicException">The point is not on P-256.</exception>
    public static VerifyKey FromPublicKey(
        string keyId, string issuer, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, KeyState state,
        DateTimeOffset? notAfter = null)
    {
        if (x.Length != 32 || y.Length != 32)
            throw new ArgumentException("Coordinates on P-256 have 32 bytes.", nameof(x));
        var check = new EcdsaSignature(new ECPoint { X = x.ToArray(), Y = y.ToArray() });
        return new VerifyKey(keyId, issuer, SigningAlgorithm.ES256, state, notAfter, check, [.. x, .. y]);
    }

    /// <summary>
    /// A key from a JSON Web Key (RFC 7517), for foreign issuers: HS256, ES256, RSA of 2048 to 4096 bits. It
    /// must name its
    /// algorithm, and <c>use</c> and <c>key_ops</c>, where given, must allow verifying.
    /// </summary>
    /// <exception cref="FormatException">Not such a key.</exception>
    /// <exception cref="ArgumentException">No key id, or one that cannot be.</exception>
    public static VerifyKey FromJwk(string json, string issuer, KeyState state,
        DateTimeOffset? notAfter = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        var jwk = Jwk.Read(json);
        return new VerifyKey(jwk.KeyId ?? "", issuer, jwk.Algorithm, state, notAfter, jwk.Check,
            jwk.Material);
    }

    /// <summary>The same key in another state.</summary>
    public VerifyKey WithState(KeyState state) => new(this, state);

    /// <summary>Whether it verifies anything at that moment.</summary>
    public bool IsUsable(DateTimeOffset now) =>
        State is KeyState.PrePublished or KeyState.Active or KeyState.Retiring
            && (NotAfter is null || now < NotAfter);

    private byte[] Print(ReadOnlySpan<byte> material)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{AlgorithmName}\n{KeyId}\n{Issuer}\n"));
        hash.AppendData(material);
        return hash.GetHashAndReset();
    }
}
