using System.Collections.Immutable;
using Flickr.Tokens.Paths;

namespace Flickr.Tokens;

/// <summary>
/// What a token to be minted shall say. Immutable: every method gives a changed copy, so a half-made grant
/// can be kept and
/// finished in several ways.
/// </summary>
/// <example>
/// <code>
/// var grant = Grant.ForOwner("01HX", epoch: 7).Prefix(album)
///     .Open(PhotoClasses.Thumb | PhotoClasses.Rendition).CheckedAt(readAt).ExpiresIn(TimeSpan.FromMinutes(10));
/// </code>
/// </example>
public sealed record Grant
{
    private Grant()
    {
    }

    /// <summary>Owner id: 1 to 64 of <c>[A-Za-z0-9_-]</c>.</summary>
    public string Owner { get; private init; } = "";

    /// <summary>The owner's epoch as it was read together with the permission.</summary>
    public long OwnerEpoch { get; private init; }

    /// <summary>Pseudonym of the viewer; null for anyone who holds the token.</summary>
    public string? Viewer { get; private init; }

    /// <summary>The host it is for; null takes the host of the address that is signed.</summary>
    public string? Audience { get; private init; }

    /// <summary>What it covers; a grant without scope is not minted.</summary>
    public GrantScope? Scope { get; private init; }

    /// <summary>The classes it opens. Without a word on it: all but originals.</summary>
    public PhotoClasses Classes { get; private init; } = DefaultClasses;

    /// <summary>When the permission was read; null means at the moment of minting.</summary>
    public DateTimeOffset? PermissionRead { get; private init; }

    /// <summary>How long it shall last; rounded up to whole minutes by the minter. Default 10
    /// minutes.</summary>
    public TimeSpan Lifetime { get; private init; } = TimeSpan.FromMinutes(10);

    /// <summary>True when the token may be used once.</summary>
    public bool SingleUse { get; private init; }

    /// <summary>Originals its viewer may have on the way at a time.</summary>
    public int ConcurrentOriginals { get; private init; } = 1;

    /// <summary>The token's id; null lets the minter give one where one is needed.</summary>
    public string? TokenId { get; private init; }

    /// <summary>Tags by which the token can be revoked.</summary>
    public ImmutableArray<string> Tags { get; private init; } = [];

    /// <summary>The classes of a token that names none.</summary>
    internal static PhotoClasses DefaultClasses =>
        PhotoClasses.Thumb | PhotoClasses.Rendition | PhotoClasses.Metadata;

    /// <summary>Starts a grant: no token without an owner and the epoch that can take it back.</summary>
    public static Grant ForOwner(string owner, long epoch) => new() { Owner = owner, OwnerEpoch = epoch };

    /// <summary>Binds it to a viewer, by a pseudonym of 1 to 64 of <c>[A-Za-z0-9_-]</c>.</summary>
    public Grant ForViewer(string viewer) => this with { Viewer = viewer };

    /// <summary>Binds it to a host: <c>host</c> or <c>host:port</c>, lower case.</summary>
    public Grant ForHost(string host) => this with { Audience = host };

    /// <summary>Covers one path.</summary>
    public Grant Exact(CanonicalPath path) => this with { Scope = GrantScope.Exact(path) };

    /// <summary>Covers everything below a path that ends in a slash.</summary>
    public Grant Prefix(CanonicalPath directory) => this with { Scope = GrantScope.Prefix(directory) };

    /// <summary>Covers everything below the first segments of a path.</summary>
    /// <exception cref="ArgumentException">The path has nothing below that depth.</exception>
    public Grant Depth(int segments, CanonicalPath path)
    {
        var prefix = path.Prefix(segments);
        return prefix.IsEmpty
            ? throw new ArgumentException("The path ends at or before that depth.", nameof(path))
            : Prefix(CanonicalPath.Parse(prefix.ToString()));
    }

    /// <summary>Opens these classes of bytes and no others.</summary>
    public Grant Open(PhotoClasses classes) => this with { Classes = classes };

    /// <summary>States when the permission was read from the database: not later than that read.</summary>
    public Grant CheckedAt(DateTimeOffset read) => this with { PermissionRead = read };

    /// <summary>Sets how long it lasts.</summary>
    public Grant ExpiresIn(TimeSpan lifetime) => this with { Lifetime = lifetime };

    /// <summary>Makes it good for one use.</summary>
    public Grant Once() => this with { SingleUse = true };

    /// <summary>Gives it an id of 1 to 64 of <c>[A-Za-z0-9_-]</c>.</summary>
    public Grant WithTokenId(string tokenId) => this with { TokenId = tokenId };

    /// <summary>Allows its viewer so many originals at a time, 1 to 16.</summary>
    public Grant MaxConcurrentOriginals(int count) => this with { ConcurrentOriginals = count };

    /// <summary>Hangs it on tags (at most 8, each 1 to 64 of <c>[A-Za-z0-9_:-]</c>).</summary>
    public Grant Tagged(params ReadOnlySpan<string> tags) => this with { Tags = [.. tags] };
}
