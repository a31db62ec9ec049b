using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Flickr.Tokens.Jwt;

/// <summary>
/// The <c>cdniip</c> claim of RFC 9246: client addresses as a JWE in compact form, so that no address stands
/// in an address
/// bar. Direct encryption with AES-GCM only: no key is derived and nothing is decompressed at a stranger's
/// wish.
/// </summary>
internal static class EncryptedClient
{
    private const int LengthMax = 512;

    /// <summary>Opens the claim; null when it cannot be opened or is no range.</summary>
    public static ClientRange? Open(ReadOnlySpan<byte> jwe, IReadOnlyDictionary<string, byte[]> keys)
    {
        if (jwe.Length > LengthMax) return null;
        Span<Range> parts = stackalloc Range[6];
        var text = Encoding.ASCII.GetString(jwe);
        if (text.AsSpan().Split(parts, '.') != 5 || !text.AsSpan(parts[1]).IsEmpty) return null;
        if (Key(jwe[parts[0]], keys) is not { } key) return null;
        if (Decode(jwe[parts[2]]) is not { Length: 12 } nonce || Decode(jwe[parts[3]]) is not { } hidden
            || Decode(jwe[parts[4]]) is not { Length: 16 } tag)
            return null;
        try
        {
            using var aes = new AesGcm(key, tag.Length);
            var shown = new byte[hidden.Length];
            aes.Decrypt(nonce, hidden, tag, shown, jwe[parts[0]]);
            return ClientRange.TryParse(Encoding.UTF8.GetString(shown));
        }
        catch (CryptographicException)
        {
            return null; // another key, or a forged text: both are "not for this client"
        }
    }

    /// <summary>The key the header names, if the header asks for nothing but direct AES-GCM with
    /// it.</summary>
    private static byte[]? Key(ReadOnlySpan<byte> header, IReadOnlyDictionary<string, byte[]> keys)
    {
        if (Decode(header) is not { } json) return null;
        var members = Encoding.UTF8.GetString(json);
        try
        {
            using var document = JsonDocument.Parse(members);
            var root = document.RootElement;
            var isPlain = root.EnumerateObject().All(member => member.Name is "alg" or "enc" or "kid")
                && root.GetProperty("alg").GetString() == "dir";
            if (!isPlain || !keys.TryGetValue(root.GetProperty("kid").GetString() ?? "", out var key))
                return null;
            return (root.GetProperty("enc").GetString(), key.Length) is ("A128GCM", 16) or ("A256GCM", 32)
                ? key : null;
        }
        catch (Exception odd) when (odd is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[]? Decode(ReadOnlySpan<byte> part)
    {
        var bytes = new byte[StrictBase64Url.DecodedLength(part.Length)];
        return StrictBase64Url.TryDecode(part, bytes, out var length) ? bytes[..length] : null;
    }
}
