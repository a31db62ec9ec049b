using System.Security.Cryptography;

namespace Flickr.Tokens.Signatures;

/// <summary>RSA signatures of foreign issuers, PKCS #1 or PSS. We never mint these.</summary>
internal sealed class RsaSignature : ISignatureCheck
{
    /// <summary>Bits a modulus must have at least, and at most, so that a key cannot cost more than it
    /// should.</summary>
    public const int BitsMin = 2048, BitsMax = 4096;

    private readonly Lending<RSA> _verifiers;
    private readonly HashAlgorithmName _hash;
    private readonly RSASignaturePadding _padding;

    /// <exception cref="CryptographicException">Not an RSA key, or of a size out of bounds.</exception>
    public RsaSignature(RSAParameters key, SigningAlgorithm algorithm)
    {
        var name = algorithm.ToString();
        _hash = new HashAlgorithmName("SHA" + name[2..]);
        _padding = name[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        _verifiers = new Lending<RSA>(() => RSA.Create(key));
        var first = _verifiers.Take();
        SignatureBytes = first.KeySize / 8;
        if (first.KeySize is < BitsMin or > BitsMax)
            throw new CryptographicException($"An RSA key has {BitsMin} to {BitsMax} bits.");
        _verifiers.GiveBack(first);
    }

    public int SignatureBytes { get; }

    public bool IsGenuine(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes) return false;
        var verifier = _verifiers.Take();
        var genuine = verifier.VerifyData(data, signature, _hash, _padding);
        _verifiers.GiveBack(verifier);
        return genuine;
    }
}
