using System.Buffers;
using System.Text;
using Flickr.Tokens.Paths;

namespace Flickr.Tokens.Jwt;

/// <summary>Issuer, audience and URI container of a JWT against key and request.</summary>
internal static class JwtScope
{
    /// <summary>Issuer is the key's, audience ours, both byte by byte; the container has a form known
    /// here.</summary>
    public static TokenVerdict JudgeNames(in TokenFacts facts, in TokenRequest request, string? audience)
    {
        if (!facts.Issuer.IsEmpty && !Ascii.Equals(facts.Issuer, facts.Key!.Issuer))
            return TokenVerdict.WrongIssuer;
        if (!facts.Audience.IsEmpty && !Ascii.Equals(facts.Audience, audience ?? request.Host))
            return TokenVerdict.WrongAudience;
        return IsWellFormed(facts.Container) ? TokenVerdict.Valid : TokenVerdict.Malformed;
    }

    /// <summary>Whether the container covers the request; without an allocation for the path forms.</summary>
    public static bool Covers(ReadOnlySpan<byte> container, in TokenRequest request)
    {
        if (container.StartsWith("path:"u8)) return Ascii.Equals(container[5..], request.Path.Value);
        if (!container.StartsWith("prefix:"u8))
            return ToScope(container) is { } scope && scope.Covers(request);
        var prefix = container[7..];
        return prefix.Length <= request.Path.Value.Length
            && Ascii.Equals(prefix, request.Path.Value.AsSpan(0, prefix.Length));
    }

    /// <summary>Whether the container covers nothing outside a prefix; only path forms can promise
    /// that.</summary>
    public static bool IsWithin(ReadOnlySpan<byte> container, ReadOnlySpan<char> prefix)
    {
        if (!container.StartsWith("path:"u8) && !container.StartsWith("prefix:"u8)) return false;
        var path = container[(container.IndexOf((byte)':') + 1)..];
        return path.Length >= prefix.Length && Ascii.Equals(path[..prefix.Length], prefix);
    }

    /// <summary>Path forms are checked without making a scope; the address forms make theirs once per
    /// token.</summary>
    private static bool IsWellFormed(ReadOnlySpan<byte> container)
    {
        var isPath = container.StartsWith("path:"u8);
        var isPrefix = container.StartsWith("prefix:"u8) && container[^1] == '/';
        if (!isPath && !isPrefix) return ToScope(container) is not null;
        var path = container[(container.IndexOf((byte)':') + 1)..];
        Span<char> characters = stackalloc char[CanonicalPath.LengthMax];
        return path.Length <= characters.Length
            && Ascii.ToUtf16(path, characters, out var length) == OperationStatus.Done
            && PathGrammar.Judge(characters[..length], out _) == PathRefusal.None;
    }

    /// <summary>The scope of a container, or null when it is none.</summary>
    public static GrantScope? ToScope(ReadOnlySpan<byte> container) =>
        GrantScope.TryParse(Encoding.UTF8.GetString(container), out var scope) ? scope : null;
}
