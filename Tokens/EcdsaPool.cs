using System.Security.Cryptography;

namespace Flickr.Tokens;

/// <summary>ECDSA P-256 verification under one public key; the runtime's objects are not promised thread-safe, so they are lent.</summary>
internal sealed class EcdsaPool
{
    public const int SignatureBytes = 64;

    private readonly ECParameters _key;
    private readonly ECDsa?[] _free = new ECDsa?[8];

    public EcdsaPool(ECPoint point)
    {
        _key = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point };
        GiveBack(ECDsa.Create(_key)); // refuses a point that is not on the curve, now and not at the first token
    }

    /// <summary>Whether the signature (r and s, 32 bytes each) is of these bytes.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes) return false;
        var verifier = Take();
        var genuine = verifier.VerifyData(
            data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        GiveBack(verifier);
        return genuine;
    }

    private ECDsa Take()
    {
        foreach (ref var slot in _free.AsSpan())
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } verifier) return verifier;
        return ECDsa.Create(_key);
    }

    private void GiveBack(ECDsa verifier)
    {
        foreach (ref var slot in _free.AsSpan())
            if (slot is null && Interlocked.CompareExchange(ref slot, verifier, null) is null) return;
        verifier.Dispose();
    }
}
