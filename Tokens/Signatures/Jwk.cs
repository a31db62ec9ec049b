using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Flickr.Tokens.Signatures;

/// <summary>
/// Reads a JSON Web Key (RFC 7517) that shall verify. It must name its algorithm, for that is what a token's
/// header is held
/// to; <c>use</c> and <c>key_ops</c>, where present, must allow verifying.
/// </summary>
internal static class Jwk
{
    public sealed record Parts(string? KeyId, SigningAlgorithm Algorithm, ISignatureCheck Check,
        byte[] Material);

    /// <exception cref="FormatException">Not a key for verifying that is known here.</exception>
    public static Parts Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var key = document.RootElement;
            if (!MayVerify(key)) throw new FormatException("The key is not for verifying.");
            // By exact name: Enum.Parse would take numbers and other cases.
            var name = Text(key, "alg");
            foreach (var algorithm in Enum.GetValues<SigningAlgorithm>())
                if (algorithm.ToString() == name) return Read(key, algorithm);
            throw new FormatException("The key names no algorithm that is known here.");
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("Not a JSON Web Key.", odd);
        }
        catch (CryptographicException odd)
        {
            throw new FormatException("The numbers are no key.", odd);
        }
    }

    private static Parts Read(JsonElement key, SigningAlgorithm algorithm)
    {
        var keyId = key.TryGetProperty("kid", out var kid) ? kid.GetString() : null;
        switch (algorithm, Text(key, "kty"))
        {
            case (SigningAlgorithm.HS256, "oct"):
                var secret = Bytes(key, "k");
                if (secret.Length < VerifyKey.SecretBytesMin)
                    throw new FormatException("The secret is too short.");
                return new Parts(keyId, algorithm, new HmacSignature(secret), secret);
            case (SigningAlgorithm.ES256, "EC") when Text(key, "crv") == "P-256":
                var point = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") };
                if (point.X.Length != 32 || point.Y.Length != 32)
                    throw new FormatException("Coordinates have 32 bytes.");
                return new Parts(keyId, algorithm, new EcdsaSignature(point), [.. point.X, .. point.Y]);
            case (not (SigningAlgorithm.HS256 or SigningAlgorithm.ES256), "RSA"):
                var rsa = new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") };
                return new Parts(keyId, algorithm, new RsaSignature(rsa, algorithm),
                    [.. rsa.Modulus, .. rsa.Exponent]);
            default:
                throw new FormatException("The key's type does not fit its algorithm.");
        }
    }

    private static bool MayVerify(JsonElement key)
    {
        if (key.TryGetProperty("use", out var use) && use.GetString() != "sig") return false;
        return !key.TryGetProperty("key_ops", out var operations)
            || operations.EnumerateArray().Any(operation => operation.GetString() == "verify");
    }

    private static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out var value)
        ? value.GetString() : null;

    private static byte[] Bytes(JsonElement key, string name)
    {
        var text = Encoding.UTF8.GetBytes(key.GetProperty(name).GetString() ?? "");
        var bytes = new byte[StrictBase64Url.DecodedLength(text.Length)];
        return StrictBase64Url.TryDecode(text, bytes, out var length) && length > 0
            ? bytes[..length]
            : throw new FormatException("A number of the key is not base64url.");
    }
}
