using System.Buffers.Text;
using System.Text;
using Flickr.Photos.Invalidations;
using Flickr.Tokens;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Minting;

/// <summary>
/// The keys of the control plane's feed, fetched again when they are old. While the control plane is silent the last keys go
/// on minting: edges judge whether they still verify. Thread-safe.
/// </summary>
public sealed class MintKeys(
    ControlPlaneClient controlPlane, IOptions<MintingOptions> options, ILogger<MintKeys> log, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _fetch = new(1, 1);
    private volatile Minters? _minters;

    /// <summary>Whether there is a key of each algorithm.</summary>
    public bool IsReady => _minters is { Page: not null, Original: not null };

    /// <summary>The minter of page tokens (HS256, FS1).</summary>
    /// <exception cref="MintKeysMissingException">The control plane has never given one.</exception>
    public async Task<TokenMinter> PageAsync(CancellationToken cancellationToken) =>
        (await CurrentAsync(cancellationToken)).Page ?? throw new MintKeysMissingException();

    /// <summary>The minter of originals' tokens (ES256, JWT).</summary>
    /// <exception cref="MintKeysMissingException">The control plane has never given one.</exception>
    public async Task<TokenMinter> OriginalAsync(CancellationToken cancellationToken) =>
        (await CurrentAsync(cancellationToken)).Original ?? throw new MintKeysMissingException();

    public void Dispose() => _fetch.Dispose();

    private async Task<Minters> CurrentAsync(CancellationToken cancellationToken)
    {
        var minters = _minters;
        if (minters is not null && time.GetElapsedTime(minters.FetchedAt) < options.Value.KeyAgeMax)
        {
            return minters;
        }
        await _fetch.WaitAsync(cancellationToken);
        try
        {
            if (_minters is { } fetched && fetched != minters)
            {
                return fetched; // someone else has just done it
            }
            return _minters = MintersOf(await controlPlane.GetMintKeysAsync(cancellationToken), minters);
        }
        catch (Exception fault) when (fault is HttpRequestException or System.Text.Json.JsonException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            PhotosLog.NoMintKeys(log, fault.Message);
            return minters is null
                ? throw new MintKeysMissingException()
                : _minters = minters with { FetchedAt = time.GetTimestamp() };
        }
        finally
        {
            _fetch.Release();
        }
    }

    // A minter is kept while its key stays: it remembers the ES256 tokens it made, so that equal grants are equal tokens.
    private Minters MintersOf(MintKeyFeed feed, Minters? before)
    {
        var active = feed.Keys.Where(key => key.State.Equals("active", StringComparison.OrdinalIgnoreCase)).ToList();
        var page = active.LastOrDefault(key => key.Algorithm == "HS256" && key.Secret is not null);
        var original = active.LastOrDefault(key => key.Algorithm == "ES256" && key.D is not null);
        return new Minters(
            page?.Kid, page is null ? null : page.Kid == before?.PageKey ? before.Page : Minter(page),
            original?.Kid, original is null ? null : original.Kid == before?.OriginalKey ? before.Original : Minter(original),
            time.GetTimestamp());
    }

    private TokenMinter Minter(MintKeyFacts key) => new(
        key.Algorithm == "HS256"
            ? MintKey.FromSecret(key.Kid, key.Issuer, Bytes(key.Secret))
            : MintKey.FromPrivateKey(key.Kid, key.Issuer, Bytes(key.D), Bytes(key.X), Bytes(key.Y)),
        time);

    private static byte[] Bytes(string? base64Url) => Base64Url.DecodeFromUtf8(Encoding.ASCII.GetBytes(base64Url ?? ""));

    private sealed record Minters(
        string? PageKey, TokenMinter? Page, string? OriginalKey, TokenMinter? Original, long FetchedAt);
}
