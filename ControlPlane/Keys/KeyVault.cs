using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Flickr.ControlPlane.Access;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Keys;

/// <summary>
/// Wraps key material at rest: AES-256-GCM under a key that lies in its own file (0600), never in the
/// database. Key id,
/// issuer and algorithm are associated data, so that a ciphertext moved to another row does not open.
/// </summary>
/// <remarks>Envelope, base64url: version 1 (1 byte), nonce (12), tag (16), ciphertext.</remarks>
internal sealed class KeyVault : IDisposable
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = 1 + NonceLength + TagLength;
    private readonly byte[] _key;

    private KeyVault(byte[] key)
    {
        _key = key;
        Check = Convert.ToHexStringLower(HMACSHA256.HashData(key, "flickr wrap check 1"u8))[..32];
    }

    /// <summary>Tells the wrap key from another without telling what it is.</summary>
    public string Check { get; }

    /// <summary>Opens the wrap key, making it at first start.</summary>
    /// <exception cref="InvalidOperationException">Others can read the file, or it holds no key.</exception>
    public static KeyVault Open(ControlPlaneOptions options, IOptions<KeyOptions> keys)
    {
        var path = keys.Value.WrapKeyFile is { Length: > 0 } named
            ? named
            : Path.Combine(options.DataDirectory, "wrap.key");
        if (!File.Exists(path))
        {
            SecretFile.Write(path, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        }
        var text = SecretFile.Read(path);
        if (!Base64Url.IsValid(text, out var length) || length != 32)
        {
            throw new InvalidOperationException($"{path} must hold 32 bytes as base64url");
        }
        return new KeyVault(Base64Url.DecodeFromChars(text));
    }

    /// <summary>Wraps material for one row.</summary>
    public string Seal(ReadOnlySpan<byte> material, string kid, string issuer, string algorithm)
    {
        var envelope = new byte[HeadLength + material.Length];
        envelope[0] = 1;
        var nonce = envelope.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = NewCipher();
        cipher.Encrypt(nonce, material, envelope.AsSpan(HeadLength), envelope.AsSpan(1 + NonceLength,
            TagLength),
            AssociatedData(kid, issuer, algorithm));
        return Base64Url.EncodeToString(envelope);
    }

    /// <summary>Unwraps the material of a row.</summary>
    /// <exception cref="CryptographicException">It was changed, moved, or wrapped under another
    /// key.</exception>
    public byte[] Unseal(SigningKey key)
    {
        var envelope = Base64Url.DecodeFromChars(key.Sealed);
        if (envelope.Length <= HeadLength || envelope[0] != 1)
        {
            throw new CryptographicException($"the envelope of {key.Kid} is of another version, or cut");
        }
        var material = new byte[envelope.Length - HeadLength];
        using var cipher = NewCipher();
        cipher.Decrypt(envelope.AsSpan(1, NonceLength), envelope.AsSpan(HeadLength),
            envelope.AsSpan(1 + NonceLength, TagLength), material, AssociatedData(key.Kid, key.Issuer,
                key.Algorithm));
        return material;
    }

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>One per call: an AesGcm that two threads share reports tags that do not match (seen under load).</summary>
    private AesGcm NewCipher() => new(_key, TagLength);

    private static byte[] AssociatedData(string kid, string issuer, string algorithm) =>
        Encoding.UTF8.GetBytes($"flickr-key-1|{issuer}|{kid}|{algorithm}");
}
