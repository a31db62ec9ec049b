using Flickr.Tokens;
using Flickr.Tokens.Paths;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Minting;

/// <summary>Makes the addresses of bytes on the edge, with the token they need. Ask only for what the viewer may see.</summary>
public sealed class EdgeAddresses(
    MintKeys keys, IOptions<PhotosOptions> options, IOptions<MintingOptions> minting, PhotosMetrics metrics, TimeProvider time)
{
    private readonly string _edge = options.Value.EdgeAddress.TrimEnd('/');
    private readonly string _host = TokenMinter.HostOf(options.Value.EdgeAddress);

    /// <summary>One token for all thumbnails, renditions and the document of an album.</summary>
    public async Task<PageToken> MintPageAsync(
        string ownerId, long ownerEpoch, string? viewerId, CanonicalPath directory, CancellationToken cancellationToken)
    {
        var lifetime = minting.Value.PageLifetime;
        var grant = Grant.ForOwner(ownerId, ownerEpoch).ForHost(_host).Prefix(directory)
            .Open(PhotoClasses.Thumb | PhotoClasses.Rendition | PhotoClasses.Metadata).ExpiresIn(lifetime);
        var minter = await keys.PageAsync(cancellationToken);
        metrics.TokensMinted.Inc();
        return new PageToken(
            minter.MintFs1(viewerId is null ? grant : grant.ForViewer(viewerId)), (time.GetUtcNow() + lifetime).ToUnixTimeMilliseconds());
    }

    /// <summary>The address under a page's token; without a token for what anyone may see.</summary>
    public string Of(string cdnPath, string digest, PageToken? token) =>
        token is null ? $"{_edge}{cdnPath}?v={digest[..12]}" : $"{_edge}{cdnPath}?v={digest[..12]}&{TokenCarrier.Fs1Parameter}={token.Token}";

    /// <summary>An address with a token for exactly this thumbnail or rendition: what a share opens.</summary>
    public async Task<string> OfSharedAsync(string ownerId, long ownerEpoch, string? viewerId, string photoId,
        CanonicalPath path, string digest, PhotoClasses photoClass, DateTimeOffset? ends, CancellationToken cancellationToken)
    {
        var grant = Grant.ForOwner(ownerId, ownerEpoch).Open(photoClass).Tagged("photo:" + photoId)
            .ExpiresIn(Until(minting.Value.PageLifetime, ends));
        var minter = await keys.OriginalAsync(cancellationToken);
        metrics.TokensMinted.Inc();
        return minter.SignUrl(_edge, path, digest[..12], viewerId is null ? grant : grant.ForViewer(viewerId));
    }

    /// <summary>The address of an original: a short token for exactly this file.</summary>
    public async Task<string> OfOriginalAsync(string ownerId, long ownerEpoch, string? viewerId, string photoId,
        CanonicalPath path, string digest, DateTimeOffset? ends, CancellationToken cancellationToken)
    {
        var grant = Grant.ForOwner(ownerId, ownerEpoch).Open(PhotoClasses.Original).Tagged("photo:" + photoId)
            .ExpiresIn(Until(minting.Value.OriginalLifetime, ends));
        var minter = await keys.OriginalAsync(cancellationToken);
        metrics.TokensMinted.Inc();
        return minter.SignUrl(_edge, path, digest[..12], viewerId is null ? grant : grant.ForViewer(viewerId));
    }

    // A link's tokens end with the link; whoever asks has judged that it has not ended yet.
    private TimeSpan Until(TimeSpan lifetime, DateTimeOffset? ends)
    {
        var left = ends - time.GetUtcNow() ?? lifetime;
        return left < lifetime ? TimeSpan.FromSeconds(Math.Max(1, Math.Floor(left.TotalSeconds))) : lifetime;
    }
}
