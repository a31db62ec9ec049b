using System.Security.Cryptography;

namespace Flickr.Tokens.Signatures;

/// <summary>ECDSA on P-256 with SHA-256; r and s side by side, 32 bytes each, and in no other
/// encoding.</summary>
internal sealed class EcdsaSignature : ISignatureCheck
{
    private readonly Lending<ECDsa> _verifiers;

    /// <exception cref="CryptographicException">The point is not on the curve: told now, not at the first
    /// token.</exception>
    public EcdsaSignature(ECPoint point)
    {
        var key = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point };
        _verifiers = new Lending<ECDsa>(() => ECDsa.Create(key));
        _verifiers.GiveBack(_verifiers.Take());
    }

    public int SignatureBytes => 64;

    public bool IsGenuine(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes) return false;
        var verifier = _verifiers.Take();
        var genuine = verifier.VerifyData(
            data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        _verifiers.GiveBack(verifier);
        return genuine;
    }
}
