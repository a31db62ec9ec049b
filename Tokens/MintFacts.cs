using System.Collections.Immutable;

namespace Flickr.Tokens;

/// <summary>A grant that passed every check of the minter, with its times settled, ready to be written in
/// either form.</summary>
internal readonly record struct MintFacts(
    string Owner, long OwnerEpoch, string? Viewer, string Audience, GrantScope Scope, PhotoClasses Classes,
    long IssuedAt, long Expires, bool Once, int ConcurrentOriginals, string? TokenId,
    ImmutableArray<string> Tags);
