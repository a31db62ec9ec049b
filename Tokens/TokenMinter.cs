using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Buffers.Text;
using Flickr.Tokens.Fs1;
using Flickr.Tokens.Jwt;
using Flickr.Tokens.Paths;

namespace Flickr.Tokens;

/// <summary>
/// Makes tokens with one key. The expiry is rounded up to whole minutes, and equal input gives the equal
/// token (also for
/// ES256, within a process), so that browsers and edges recognise what they have seen. What must not be
/// minted throws
/// <see cref="MintRefusedException"/>. Thread-safe.
/// </summary>
public sealed class TokenMinter
{
    private const long GridSeconds = 60;
    private static readonly TimeSpan PermissionAgeMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PermissionAheadMax = TimeSpan.FromSeconds(2);

    private readonly MintKey _key;
    private readonly TimeProvider _time;
    private readonly TokenMinterOptions _options;
    private readonly JwtWriter _jwt;

    /// <summary>A minter over an active key.</summary>
    /// <exception cref="ValidationException">A limit out of its range.</exception>
    public TokenMinter(MintKey key, TimeProvider time, TokenMinterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        (_key, _time, _options) = (key, time, options ?? new TokenMinterOptions());
        Validator.ValidateObject(_options, new ValidationContext(_options), validateAllProperties: true);
        _jwt = new JwtWriter(key);
    }

    /// <summary>The host as it is signed: <c>host[:port]</c> in lower case, without a default port.</summary>
    /// <exception cref="UriFormatException">Not an absolute address.</exception>
    public static string HostOf(string edgeAddress)
    {
        var address = new Uri(edgeAddress, UriKind.Absolute);
        if (address.HostNameType != UriHostNameType.Dns) return address.Authority;
        return address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}";
    }

    /// <summary>Mints a JWT. The grant must name its host.</summary>
    /// <exception cref="MintRefusedException">The grant must not become a token.</exception>
    public string MintJwt(Grant grant) => _jwt.Write(Settle(grant));

    /// <summary>Mints an FS1 token. The grant must name its host; the key must be HS256.</summary>
    /// <exception cref="MintRefusedException">The grant must not become a token.</exception>
    public string MintFs1(Grant grant)
    {
        if (_key.Algorithm != SigningAlgorithm.HS256 || _key.KeyId.Contains('.', StringComparison.Ordinal))
            throw new MintRefusedException(MintRefusal.KeyNotForForm);
        var facts = Settle(grant);
        if (facts.Scope.Kind is not (ScopeKind.Exact or ScopeKind.Prefix))
            throw new MintRefusedException(MintRefusal.ScopeNotInForm);
        if (facts.Scope.Kind == ScopeKind.Prefix && Depth(facts.Scope) > Fs1Codec.DepthMax)
            throw new MintRefusedException(MintRefusal.ScopeNotInForm);
        return Fs1Codec.Write(_key, facts);
    }

    /// <summary>Mints in the form the key is for: FS1 under HS256, a JWT under ES256. Gives the query pair
    /// <c>name=token</c>.</summary>
    /// <exception cref="MintRefusedException">The grant must not become a token.</exception>
    public string MintQuery(Grant grant) => _key.Algorithm == SigningAlgorithm.HS256
        ? $"{TokenCarrier.Fs1Parameter}={MintFs1(grant)}"
        : $"{TokenCarrier.JwtParameter}={MintJwt(grant)}";

    /// <summary>The address of a path on an edge with a token in its query.</summary>
    /// <param name="edgeAddress">Such as <c>https://photos.example</c>; its host is signed.</param>
    /// <param name="path">The path; it must lie within the grant's scope.</param>
    /// <param name="version">The first digits of the digest, as <c>v=</c>; null leaves it out.</param>
    /// <param name="grant">What the token says; without a scope it covers exactly the path.</param>
    /// <exception cref="MintRefusedException">The grant must not become a token.</exception>
    public string SignUrl(string edgeAddress, CanonicalPath path, string? version, Grant grant) =>
        SignUrls(edgeAddress, [(path, version)], grant)[0];

    /// <summary>Addresses of many paths with one token: one signature for a page of thumbnails.</summary>
    /// <exception cref="MintRefusedException">The grant must not become a token, or a path lies outside its
    /// scope.</exception>
    public IReadOnlyList<string> SignUrls(
        string edgeAddress, IReadOnlyList<(CanonicalPath Path, string? Version)> paths, Grant grant)
    {
        var host = HostOf(edgeAddress);
        var bound = grant.Audience is null ? grant.ForHost(host) : grant;
        if (bound.Scope is null && paths.Count == 1) bound = bound.Exact(paths[0].Path);
        if (bound.Audience != host) throw new MintRefusedException(MintRefusal.Host);
        var query = MintQuery(bound);
        var signed = new string[paths.Count];
        for (var i = 0; i < signed.Length; i++)
        {
            var (path, version) = paths[i];
            if (!bound.Scope!.Covers(new TokenRequest(host, path, IsGetOrHead: true, bound.Classes)))
                throw new MintRefusedException(MintRefusal.PathOutOfScope);
            var pinned = version is null ? "" : $"v={Uri.EscapeDataString(version)}&";
            signed[i] = $"{edgeAddress.TrimEnd('/')}{path.Value}?{pinned}{query}";
        }
        return signed;
    }

    /// <summary>A cookie that carries a prefix token to exactly the paths it covers.</summary>
    /// <exception cref="MintRefusedException">The grant must not become a token, or does not cover a
    /// prefix.</exception>
    public SignedCookie SignCookie(Grant grant)
    {
        if (grant.Scope is not { Kind: ScopeKind.Prefix })
            throw new MintRefusedException(MintRefusal.ScopeNotInForm);
        var facts = Settle(grant);
        var isFs1 = _key.Algorithm == SigningAlgorithm.HS256;
        return new SignedCookie(
            isFs1 ? TokenCarrier.Fs1Cookie : TokenCarrier.JwtCookie,
            isFs1 ? MintFs1(grant) : MintJwt(grant),
            grant.Scope.Value,
            DateTimeOffset.FromUnixTimeSeconds(facts.Expires));
    }

    private static int Depth(GrantScope prefix) => prefix.Value.AsSpan().Count('/') - 1;

    private static bool IsBelow(CanonicalPath directory, GrantScope scope) =>
        scope.Kind is ScopeKind.Exact or ScopeKind.Prefix
        && scope.Value.StartsWith(directory.Value, StringComparison.Ordinal);

    private MintFacts Settle(Grant grant)
    {
        ArgumentNullException.ThrowIfNull(grant);
        var now = _time.GetUtcNow();
        if (_key.State != KeyState.Active || now >= _key.NotAfter)
            throw new MintRefusedException(MintRefusal.KeyNotActive);
        if (!TokenText.IsId(grant.Owner) || grant.OwnerEpoch < 0)
            throw new MintRefusedException(MintRefusal.Owner);
        if (!TokenText.IsHost(grant.Audience)) throw new MintRefusedException(MintRefusal.Host);
        if (grant.Scope is not { } scope) throw new MintRefusedException(MintRefusal.NoScope);
        if (scope.Kind == ScopeKind.Prefix && Depth(scope) < _options.PrefixDepthMin)
            throw new MintRefusedException(MintRefusal.PrefixTooShallow);
        if (grant.Classes is PhotoClasses.None or > PhotoClasses.All)
            throw new MintRefusedException(MintRefusal.Classes);
        CheckFields(grant);
        if (_key.Bounds is var (host, directory) && (host != grant.Audience || !IsBelow(directory, scope)))
            throw new MintRefusedException(MintRefusal.OutsideKey);

        var read = grant.PermissionRead ?? now;
        if (read - now > PermissionAheadMax || now - read > PermissionAgeMax)
            throw new MintRefusedException(MintRefusal.PermissionTooOld);
        if (read > now) read = now; // the database's clock is a little ahead; earlier is the safe side
        if (grant.Lifetime <= TimeSpan.Zero || grant.Lifetime > _options.LifetimeMax)
            throw new MintRefusedException(MintRefusal.Lifetime);
        var issued = read.ToUnixTimeSeconds();
        return new MintFacts(
            grant.Owner, grant.OwnerEpoch, grant.Viewer, grant.Audience!, scope, grant.Classes, issued,
            Expiry(issued, grant.Lifetime), grant.SingleUse, grant.ConcurrentOriginals, IdOf(grant, issued),
            grant.Tags);
    }

    /// <summary>Up to the next whole minute, except where that would outlive the maximum: then
    /// down.</summary>
    private long Expiry(long issued, TimeSpan lifetime)
    {
        var seconds = (long)Math.Ceiling(lifetime.TotalSeconds);
        var rounded = (issued + seconds + GridSeconds - 1) / GridSeconds * GridSeconds;
        var last = issued + (long)_options.LifetimeMax.TotalSeconds;
        return rounded <= last ? rounded : Math.Max(last / GridSeconds * GridSeconds, issued + 1);
    }

    private static void CheckFields(Grant grant)
    {
        var good = (grant.Viewer is null || TokenText.IsId(grant.Viewer))
            && (grant.TokenId is null || TokenText.IsId(grant.TokenId))
            && grant.ConcurrentOriginals is >= 1 and <= TokenText.ConcurrentOriginalsMax
            && grant.Tags.Length <= TokenText.TagsMax;
        foreach (var tag in grant.Tags) good &= TokenText.IsTag(tag);
        if (!good) throw new MintRefusedException(MintRefusal.Field);
    }

    /// <summary>
    /// A token for one use needs an id nobody had before; one for originals needs an id by which it can be
    /// taken back, and
    /// that is derived from what it says, so that equal grants stay equal tokens.
    /// </summary>
    private static string? IdOf(Grant grant, long issued)
    {
        if (grant.TokenId is not null) return grant.TokenId;
        if (grant.SingleUse) return Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        if (!grant.Classes.HasFlag(PhotoClasses.Original)) return null;
        var said = string.Create(CultureInfo.InvariantCulture,
            $"{grant.Owner}\n{grant.OwnerEpoch}\n{grant.Viewer}\n{grant.Audience}\n{grant.Scope!.Kind}\n"
            + $"{grant.Scope.Value}\n{(int)grant.Classes}\n{issued}\n{grant.Lifetime.Ticks}");
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(said)).AsSpan(0, 16));
    }
}
