using System.Security.Cryptography;

namespace Flickr.Tokens.Signatures;

/// <summary>
/// HMAC-SHA-256 under one secret. The hashers are lent because they hold the key already: 0.55 µs for 120
/// bytes, against
/// 1.3 µs of the one-shot call that sets the key up anew.
/// </summary>
internal sealed class HmacSignature(byte[] secret) : ISignatureCheck
{
    public const int TagBytes = 32;

    private readonly Lending<IncrementalHash> _hashers =
        new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret));

    public int SignatureBytes => TagBytes;

    /// <summary>The secret, to derive others from.</summary>
    public byte[] Secret => secret;

    /// <summary>Writes the 32-byte tag of the data.</summary>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> tag)
    {
        var hasher = _hashers.Take();
        hasher.AppendData(data);
        hasher.GetHashAndReset(tag);
        _hashers.GiveBack(hasher);
    }

    public bool IsGenuine(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        IsGenuine(data, signature, TagBytes);

    /// <summary>The same for a tag that may be cut to its first <paramref name="bytesMin"/> bytes; in fixed
    /// time.</summary>
    public bool IsGenuine(ReadOnlySpan<byte> data, ReadOnlySpan<byte> tag, int bytesMin)
    {
        if (tag.Length < bytesMin || tag.Length > TagBytes) return false;
        Span<byte> expected = stackalloc byte[TagBytes];
        Sign(data, expected);
        return CryptographicOperations.FixedTimeEquals(expected[..tag.Length], tag);
    }
}
