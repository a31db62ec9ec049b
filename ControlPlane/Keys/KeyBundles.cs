using System.Buffers.Text;
using System.Security.Cryptography;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Log;
using Flickr.Fleet.Streaming;
using Flickr.Sql;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.ControlPlane.Keys;

/// <summary>The keys as edges, services and the public get them.</summary>
internal sealed class KeyBundles(Database database, KeyVault vault, TimeProvider time)
{
    /// <summary>What edges verify with: public points, and the secrets of HS256.</summary>
    public async Task<VerifyBundle> VerifyAsync(CancellationToken cancellationToken)
    {
        var (state, keys, _) = await ReadAsync(cancellationToken);
        return new VerifyBundle(state.KeysVersion, state.Term,
            [.. keys.Where(KeyTable.Verifies).Select(ForEdges)]);
    }

    /// <summary>What services mint with, and the live edges they may send people to.</summary>
    public async Task<VerifyBundle> MintAsync(CancellationToken cancellationToken)
    {
        var (state, keys, edges) = await ReadAsync(cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new VerifyBundle(
            state.KeysVersion, state.Term,
            [.. keys.Where(key => key.Life == KeyState.Active).Select(ForServices)],
            [.. edges.Where(edge => edge.IsLive(now) && edge.RemovedMs == 0 && edge.Address.Length > 0)
                .Select(edge => edge.Address)]);
    }

    /// <summary>
    /// The key for a prefix, derived from the HS256 key that mints; null while none does. It ends with that key.
    /// </summary>
    public async Task<VerifyBundle?> DeriveAsync(string host, CanonicalPath directory, CancellationToken cancellationToken)
    {
        var (state, keys, _) = await ReadAsync(cancellationToken);
        var root = keys.FirstOrDefault(key => key.Life == KeyState.Active && key.Algorithm == nameof(SigningAlgorithm.HS256));
        if (root is null)
        {
            return null;
        }
        var secret = vault.Unseal(root);
        var derived = MintKey.FromSecret(root.Kid, root.Issuer, secret).ForPrefix(host, directory);
        CryptographicOperations.ZeroMemory(secret);
        return new VerifyBundle(state.KeysVersion, state.Term,
            [Common(root) with { Kid = derived.KeyId, Secret = Base64Url.EncodeToString(derived.Secret) }]);
    }

    /// <summary>The public keys.</summary>
    public async Task<JsonWebKeySet> PublicAsync(CancellationToken cancellationToken)
    {
        var (_, keys, _) = await ReadAsync(cancellationToken);
        return new JsonWebKeySet([.. keys
            .Where(key => KeyTable.Verifies(key) && key.Algorithm == nameof(SigningAlgorithm.ES256))
            .Select(key => new JsonWebKey("EC", "P-256", "sig", "ES256", key.Kid, key.X!, key.Y!))]);
    }

    private Task<(LogState State, IReadOnlyList<SigningKey> Keys, IReadOnlyList<EdgeRow> Edges)> ReadAsync(
        CancellationToken cancellationToken) => database.ReadAsync(async session => (
            await InvalidationLog.StateAsync(session), await KeyTable.AllAsync(session),
                await EdgeTable.AllAsync(session)),
            cancellationToken);

    private BundleKey ForEdges(SigningKey key) =>
        Common(key) with { Secret = key.Algorithm == nameof(SigningAlgorithm.HS256) ? Material(key) : null };

    private BundleKey ForServices(SigningKey key) => key.Algorithm == nameof(SigningAlgorithm.HS256)
        ? Common(key) with { Secret = Material(key) }
        : Common(key) with { D = Material(key) };

    private static BundleKey Common(SigningKey key) => new(
        key.Kid, key.Issuer, key.Algorithm, key.State, SigningKey.Instant(key.NotAfterMs), X: key.X, Y: key.Y);

    private string Material(SigningKey key)
    {
        var material = vault.Unseal(key);
        var text = Base64Url.EncodeToString(material);
        CryptographicOperations.ZeroMemory(material);
        return text;
    }
}

/// <summary>RFC 7517 set.</summary>
internal sealed record JsonWebKeySet(IReadOnlyList<JsonWebKey> Keys);

/// <summary>RFC 7517 key, public parts.</summary>
internal sealed record JsonWebKey(string Kty, string Crv, string Use, string Alg, string Kid, string X,
    string Y);
