using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Flickr.Sql;

namespace Flickr.ControlPlane.Keys;

/// <summary>
/// Seals key material at rest: AES-256-GCM under a data key that lies in the database only wrapped
/// (<see cref="IKeyWrapper"/>). Key id, issuer and algorithm are associated data, so that a ciphertext moved to another row
/// does not open.
/// </summary>
/// <remarks>Envelope, base64url: version 1 (1 byte), nonce (12), tag (16), ciphertext.</remarks>
internal sealed class KeyVault(IKeyWrapper wrapper, IKeyWrapper? previous = null) : IDisposable
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = 1 + NonceLength + TagLength;
    private const string NotTheOne = "the wrap key file is not the one that the keys in the database are wrapped with";
    private byte[]? _key;

    /// <summary>The vault with the wrapper that the settings name; it is opened later, with the database.</summary>
    /// <exception cref="InvalidOperationException">Others can read the file, or there is no key.</exception>
    public static KeyVault Of(ControlPlaneOptions options, KeyOptions keys, TimeProvider time)
    {
        var file = keys.WrapKeyFile is { Length: > 0 } named ? named : Path.Combine(options.DataDirectory, "wrap.key");
        IKeyWrapper wrapper = keys switch
        {
            { WrapCommand.Length: > 0 } => new CommandKeyWrapper(keys.WrapCommand, time),
            { WrapKeyVariable.Length: > 0 } => LocalKeyWrapper.FromEnvironment(keys.WrapKeyVariable),
            _ => LocalKeyWrapper.FromFile(file, mayMake: true),
        };
        return new KeyVault(wrapper, keys.PreviousWrapKeyFile.Length > 0
            ? LocalKeyWrapper.FromFile(keys.PreviousWrapKeyFile, mayMake: false)
            : null);
    }

    /// <summary>Unwraps the data key, or makes it at first start.</summary>
    /// <exception cref="InvalidOperationException">It was wrapped with another key.</exception>
    public async Task OpenAsync(Database database, CancellationToken cancellationToken)
    {
        var row = await ReadAsync(database, cancellationToken);
        if (row is { WrappedKey: "", WrapCheck: "" })
        {
            await PutAsync(database, RandomNumberGenerator.GetBytes(32), "", cancellationToken);
            row = await ReadAsync(database, cancellationToken); // of several that start at once, one has made it
        }
        if (row.WrappedKey.Length == 0)
        {
            // A database from before there was a data key: the wrap key itself sealed the keys.
            _key = new[] { wrapper, previous }.OfType<LocalKeyWrapper>().Select(local => local.Key)
                .FirstOrDefault(key => CheckOf(key) == row.WrapCheck) ?? throw new InvalidOperationException(NotTheOne);
            await PutAsync(database, _key, row.WrapCheck, cancellationToken);
            return;
        }
        _key = await UnwrapAsync(database, row, cancellationToken);
        Demand(CheckOf(_key) == row.WrapCheck);
    }

    private byte[] Key => _key ?? throw new InvalidOperationException("the vault is not open yet");

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
    public void Dispose() => CryptographicOperations.ZeroMemory(_key ?? []);

    private async Task<byte[]> UnwrapAsync(Database database, WrapRow row, CancellationToken cancellationToken)
    {
        var wrapped = Base64Url.DecodeFromChars(row.WrappedKey);
        try
        {
            return await wrapper.UnwrapAsync(wrapped, cancellationToken);
        }
        catch (CryptographicException fault)
        {
            if (previous is null)
            {
                throw new InvalidOperationException(NotTheOne, fault);
            }
            var key = await previous.UnwrapAsync(wrapped, cancellationToken);
            Demand(CheckOf(key) == row.WrapCheck);
            await PutAsync(database, key, row.WrapCheck, cancellationToken);
            return key;
        }
    }

    private async Task PutAsync(Database database, byte[] key, string checkBefore, CancellationToken cancellationToken)
    {
        var wrapped = Base64Url.EncodeToString(await wrapper.WrapAsync(key, cancellationToken));
        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE key_state SET wrapped_key = @wrapped, wrap_check = @check WHERE id = 1 AND wrap_check = @checkBefore",
            new { wrapped, check = CheckOf(key), checkBefore }), cancellationToken);
    }

    private static async Task<WrapRow> ReadAsync(Database database, CancellationToken cancellationToken) =>
        (await database.ReadAsync(session => session.QueryFirstOrDefaultAsync<WrapRow>(
            "SELECT wrapped_key AS WrappedKey, wrap_check AS WrapCheck FROM key_state WHERE id = 1"), cancellationToken))!;

    private static void Demand(bool isTheOne)
    {
        if (!isTheOne)
        {
            throw new InvalidOperationException(NotTheOne);
        }
    }

    /// <summary>Tells a data key from another without telling what it is.</summary>
    private static string CheckOf(byte[] key) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, "flickr wrap check 1"u8))[..32];


    /// <summary>One per call: an AesGcm that two threads share reports tags that do not match (seen under load).</summary>
    private AesGcm NewCipher() => new(Key, TagLength);

    private static byte[] AssociatedData(string kid, string issuer, string algorithm) =>
        Encoding.UTF8.GetBytes($"flickr-key-1|{issuer}|{kid}|{algorithm}");

    private sealed record WrapRow
    {
        public string WrappedKey { get; init; } = "";
        public string WrapCheck { get; init; } = "";
    }
}
