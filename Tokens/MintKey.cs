using System.Security.Cryptography;
using Flickr.Tokens.Fs1;
using Flickr.Tokens.Paths;
using Flickr.Tokens.Signatures;

namespace Flickr.Tokens;

/// <summary>A key that signs. Keep it where nobody reads it; <see cref="ToVerifyKey"/> is the part for edges.
/// Thread-safe.</summary>
public sealed class MintKey
{
    private readonly byte[] _secret;
    private readonly byte[] _x = [];
    private readonly byte[] _y = [];

    private MintKey(string keyId, string issuer, byte[] secret)
    {
        (KeyId, Issuer, Algorithm, _secret) = (keyId, issuer, SigningAlgorithm.HS256, secret);
        Hmac = new HmacSignature(secret);
        _ = ToVerifyKey(KeyState.Active); // the rules of ids and lengths are written down there
    }

    private MintKey(string keyId, string issuer, ECParameters key)
    {
        (KeyId, Issuer, Algorithm) = (keyId, issuer, SigningAlgorithm.ES256);
        (_secret, _x, _y) = (key.D!, key.Q.X!, key.Q.Y!);
        _ = ToVerifyKey(KeyState.Active);
    }

    /// <summary>The name tokens call it by.</summary>
    public string KeyId { get; }

    /// <summary>The issuer it speaks for.</summary>
    public string Issuer { get; }

    /// <summary>Its algorithm.</summary>
    public SigningAlgorithm Algorithm { get; }

    /// <summary>Only an active key mints. Default <see cref="KeyState.Active"/>.</summary>
    public KeyState State { get; private init; } = KeyState.Active;

    /// <summary>The first moment it mints nothing any more, such as the end of the lease of the feed it came
    /// by; null for none.</summary>
    public DateTimeOffset? NotAfter { get; private init; }

    /// <summary>The shared secret (HS256) or the private scalar (ES256), for storage under
    /// encryption.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>First coordinate of the public point; empty for HS256.</summary>
    public ReadOnlySpan<byte> X => _x;

    /// <summary>Second coordinate of the public point; empty for HS256.</summary>
    public ReadOnlySpan<byte> Y => _y;

    /// <summary>Host and path below which a derived key mints; null for a key that mints anywhere.</summary>
    internal (string Host, CanonicalPath Directory)? Bounds { get; private init; }

    /// <summary>Null for ES256.</summary>
    internal HmacSignature? Hmac { get; }

    /// <summary>A new ES256 key.</summary>
    public static MintKey NewEs256(string keyId, string issuer)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new MintKey(keyId, issuer, made.ExportParameters(includePrivateParameters: true));
    }

    /// <summary>A new HS256 key of 32 random bytes.</summary>
    public static MintKey NewHs256(string keyId, string issuer) =>
        new(keyId, issuer, RandomNumberGenerator.GetBytes(32));

    /// <summary>A stored HS256 key.</summary>
    /// <exception cref="ArgumentException">Fewer than 32 bytes, or a key id that cannot be.</exception>
    public static MintKey FromSecret(
        string keyId, string issuer, ReadOnlySpan<byte> secret, KeyState state = KeyState.Active,
        DateTimeOffset? notAfter = null) =>
        new(keyId, issuer, secret.ToArray()) { State = state, NotAfter = notAfter };

    /// <summary>A stored ES256 key.</summary>
    /// <exception cref="CryptographicException">The numbers are no key, or not of one pair.</exception>
    public static MintKey FromPrivateKey(
        string keyId, string issuer, ReadOnlySpan<byte> d, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y,
        KeyState state = KeyState.Active, DateTimeOffset? notAfter = null)
    {
        var key = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = d.ToArray(),
            Q = new ECPoint { X = x.ToArray(), Y = y.ToArray() },
        };
        using var check = ECDsa.Create(key);
        var probe = "pair"u8;
        if (!ToPublic(keyId, issuer, key.Q).Check.IsGenuine(
            probe,
            check.SignData(probe, HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation)))
            throw new CryptographicException("The private and the public part are not of one pair.");
        return new MintKey(keyId, issuer, key) { State = state, NotAfter = notAfter };
    }

    /// <summary>
    /// A key that mints only below a path on a host, for a service that needs no more. It is derived: edges
    /// that hold this key
    /// know it already. HS256 only.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not an HS256 key.</exception>
    /// <exception cref="ArgumentException">The path does not end in a slash, is the root, or is deeper than
    /// 16 segments.</exception>
    public MintKey ForPrefix(string host, CanonicalPath directory)
    {
        if (Algorithm != SigningAlgorithm.HS256)
            throw new InvalidOperationException("Only HS256 keys can be derived from.");
        if (!directory.IsDirectory || directory.SegmentCount is 0 or > Fs1Codec.DepthMax)
            throw new ArgumentException("A key is derived for 1 to 16 segments with a slash after them.",
                nameof(directory));
        return new MintKey(
            DerivedKey.KeyId(KeyId, directory.SegmentCount), Issuer,
            DerivedKey.Secret(_secret, host, directory.Value))
        {
            State = State,
            NotAfter = NotAfter,
            Bounds = (host, directory),
        };
    }

    /// <summary>What an edge needs to verify what this key signs.</summary>
    public VerifyKey ToVerifyKey(KeyState state, DateTimeOffset? notAfter = null) =>
        Algorithm == SigningAlgorithm.HS256
            ? VerifyKey.FromSecret(KeyId, Issuer, _secret, state, notAfter)
            : VerifyKey.FromPublicKey(KeyId, Issuer, _x, _y, state, notAfter);

    /// <summary>The private key in the runtime's form; ES256 only.</summary>
    internal ECParameters ToParameters() => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = _secret,
        Q = new ECPoint { X = _x, Y = _y },
    };

    private static VerifyKey ToPublic(string keyId, string issuer, ECPoint point) =>
        VerifyKey.FromPublicKey(keyId, issuer, point.X, point.Y, KeyState.Active);
}
