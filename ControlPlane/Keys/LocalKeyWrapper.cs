using System.Buffers.Text;
using System.Security.Cryptography;
using Flickr.ControlPlane.Access;

namespace Flickr.ControlPlane.Keys;

/// <summary>Wraps with a key that this machine holds: in a file of mode 0600, or in the environment.</summary>
/// <remarks>Envelope: nonce (12), tag (16), ciphertext of AES-256-GCM; associated data <c>flickr-data-key-1</c>.</remarks>
internal sealed class LocalKeyWrapper(byte[] key) : IKeyWrapper
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>The key itself: before there was a data key, it sealed the keys.</summary>
    public byte[] Key => [.. key];

    /// <summary>With the key of a file, made when <paramref name="mayMake"/> and it is missing.</summary>
    /// <exception cref="InvalidOperationException">Others can read the file, or it holds no key.</exception>
    public static LocalKeyWrapper FromFile(string path, bool mayMake)
    {
        if (mayMake && !File.Exists(path))
        {
            SecretFile.Write(path, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        }
        return FromText(SecretFile.Read(path), path);
    }

    /// <summary>With the key of an environment variable.</summary>
    /// <exception cref="InvalidOperationException">It holds no key.</exception>
    public static LocalKeyWrapper FromEnvironment(string variable) =>
        FromText(Environment.GetEnvironmentVariable(variable)?.Trim() ?? "", $"the environment variable {variable}");

    /// <inheritdoc />
    public Task<byte[]> WrapAsync(byte[] dataKey, CancellationToken cancellationToken)
    {
        var wrapped = new byte[NonceLength + TagLength + dataKey.Length];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(wrapped.AsSpan(0, NonceLength), dataKey, wrapped.AsSpan(NonceLength + TagLength),
            wrapped.AsSpan(NonceLength, TagLength), "flickr-data-key-1"u8);
        return Task.FromResult(wrapped);
    }

    /// <inheritdoc />
    public Task<byte[]> UnwrapAsync(byte[] wrapped, CancellationToken cancellationToken)
    {
        if (wrapped.Length <= NonceLength + TagLength)
        {
            throw new CryptographicException("the wrapped data key is cut");
        }
        var dataKey = new byte[wrapped.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        cipher.Decrypt(wrapped.AsSpan(0, NonceLength), wrapped.AsSpan(NonceLength + TagLength),
            wrapped.AsSpan(NonceLength, TagLength), dataKey, "flickr-data-key-1"u8);
        return Task.FromResult(dataKey);
    }

    private static LocalKeyWrapper FromText(string text, string where) =>
        Base64Url.IsValid(text, out var length) && length == 32
            ? new LocalKeyWrapper(Base64Url.DecodeFromChars(text))
            : throw new InvalidOperationException($"{where} must hold 32 bytes as base64url");
}
