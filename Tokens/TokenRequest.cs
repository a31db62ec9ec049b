using System.Net;
using Flickr.Tokens.Paths;

namespace Flickr.Tokens;

/// <summary>What a token is asked to open.</summary>
/// <param name="Host">The authority as it was signed: <c>host</c> or <c>host:port</c>, lower case, compared
/// byte by byte.</param>
/// <param name="Path">The path that becomes cache key and origin request.</param>
/// <param name="IsGetOrHead">Whether the method is GET or HEAD.</param>
/// <param name="Class">The one class of bytes at that path.</param>
public readonly record struct TokenRequest(string Host, CanonicalPath Path, bool IsGetOrHead,
    PhotoClasses Class)
{
    /// <summary>The scheme, for scopes over whole addresses (<c>hash:</c>, <c>regex:</c>); null means
    /// <c>https</c>.</summary>
    public string? Scheme { get; init; }

    /// <summary>The query without its question mark and without the token, for scopes over whole addresses;
    /// null means none.</summary>
    public string? Query { get; init; }

    /// <summary>The client, for tokens bound to addresses; null refuses those.</summary>
    public IPAddress? Client { get; init; }
}
