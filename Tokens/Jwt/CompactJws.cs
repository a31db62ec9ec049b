using System.Text;
using Flickr.Tokens.Signatures;

namespace Flickr.Tokens.Jwt;

/// <summary>
/// A JSON Web Signature in compact form (RFC 7515): header, key, signature, in this order. The payload is
/// handed out only
/// after the signature was found genuine.
/// </summary>
internal static class CompactJws
{
    /// <summary>
    /// Verifies the signature and decodes the payload into <paramref name="buffer"/>, which must be as long
    /// as the token.
    /// </summary>
    public static TokenVerdict Verify(
        ReadOnlySpan<byte> token, scoped in TokenRequest request, KeyRing keys, DateTimeOffset now,
        TokenProfile profile,
        Span<byte> buffer, out FoundKey found, out ReadOnlySpan<byte> payload)
    {
        found = default;
        payload = default;
        var first = token.IndexOf((byte)'.');
        var last = token.LastIndexOf((byte)'.');
        if (first <= 0 || last == first || token[(first + 1)..last].Contains((byte)'.'))
            return TokenVerdict.Malformed;

        Span<byte> headerBytes = stackalloc byte[JwtHeader.BytesMax];
        if (!StrictBase64Url.TryDecode(token[..first], headerBytes, out var headerLength))
            return TokenVerdict.Malformed;
        scoped var header = new JwtHeader();
        if (!JwtHeader.TryRead(headerBytes[..headerLength], ref header)) return TokenVerdict.Malformed;
        if (!IsType(header.Type, profile)) return TokenVerdict.Malformed;
        if (!TokenText.IsKeyId(header.KeyId)) return TokenVerdict.Malformed;
        var verdict = DerivedKey.Find(keys, header.KeyId, request, now, out found);
        if (verdict != TokenVerdict.Valid) return verdict;
        if (!Ascii.Equals(header.Algorithm, found.Key.AlgorithmName)) return TokenVerdict.WrongAlgorithm;

        Span<byte> signature = stackalloc byte[VerifyKey.SignatureBytesMax];
        if (!StrictBase64Url.TryDecode(token[(last + 1)..], signature, out var signatureLength))
            return TokenVerdict.Malformed;
        if (!found.Check.IsGenuine(token[..last], signature[..signatureLength]))
            return TokenVerdict.BadSignature;
        if (!StrictBase64Url.TryDecode(token[(first + 1)..last], buffer, out var payloadLength))
            return TokenVerdict.Malformed;
        payload = buffer[..payloadLength];
        return TokenVerdict.Valid;
    }

    private static bool IsType(ReadOnlySpan<byte> type, TokenProfile profile) =>
        type.SequenceEqual("cdn+jwt"u8)
        || (profile == TokenProfile.Rfc9246 && (type.IsEmpty || type.SequenceEqual("JWT"u8)));
}
