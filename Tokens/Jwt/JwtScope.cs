using System.Text;

namespace Flickr.Tokens.Jwt;

/// <summary>Issuer, audience and URI container of a JWT against key and request.</summary>
internal static class JwtScope
{
    /// <summary>Issuer is the key's, audience the request's host, both byte by byte; the container has a form known here.</summary>
    public static TokenVerdict JudgeNames(in TokenFacts facts, in TokenRequest request)
    {
        if (!facts.Issuer.IsEmpty && !Ascii.Equals(facts.Issuer, facts.Key!.Issuer)) return TokenVerdict.WrongIssuer;
        if (!facts.Audience.IsEmpty && !Ascii.Equals(facts.Audience, request.Host)) return TokenVerdict.WrongAudience;
        if (!facts.Client.IsEmpty) return TokenVerdict.WrongClient;
        // Path forms are checked here without making a scope; the address forms make theirs once per token.
        var isPath = facts.Container.StartsWith("path:/"u8)
            || (facts.Container.StartsWith("prefix:/"u8) && facts.Container[^1] == '/');
        return isPath || ToScope(facts.Container) is not null ? TokenVerdict.Valid : TokenVerdict.Malformed;
    }

    /// <summary>Whether the container covers the request; without an allocation for the path forms.</summary>
    public static bool Covers(ReadOnlySpan<byte> container, in TokenRequest request)
    {
        if (container.StartsWith("path:"u8)) return Ascii.Equals(container[5..], request.Path.Value);
        if (!container.StartsWith("prefix:"u8)) return ToScope(container) is { } scope && scope.Covers(request);
        var prefix = container[7..];
        return prefix.Length <= request.Path.Value.Length
            && Ascii.Equals(prefix, request.Path.Value.AsSpan(0, prefix.Length));
    }

    /// <summary>The scope of a container, or null when it is none.</summary>
    public static GrantScope? ToScope(ReadOnlySpan<byte> container) =>
        GrantScope.TryParse(Encoding.UTF8.GetString(container), out var scope) ? scope : null;
}
