using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Flickr.Tokens.Paths;

namespace Flickr.Tokens;

/// <summary>What a grant covers. Immutable and thread-safe.</summary>
public sealed class GrantScope
{
    /// <summary>Characters a <c>regex:</c> scope may have.</summary>
    public const int PatternLengthMax = 512;

    private readonly Regex? _pattern;
    private readonly byte[]? _digest;

    private GrantScope(ScopeKind kind, string value, Regex? pattern = null, byte[]? digest = null)
    {
        Kind = kind;
        Value = value;
        _pattern = pattern;
        _digest = digest;
    }

    /// <summary>How it says it.</summary>
    public ScopeKind Kind { get; }

    /// <summary>The path, the prefix, the digest in base64url, or the pattern.</summary>
    public string Value { get; }

    /// <summary>One path.</summary>
    public static GrantScope Exact(CanonicalPath path) => new(ScopeKind.Exact, path.Value);

    /// <summary>Everything below a path that ends in a slash.</summary>
    /// <exception cref="ArgumentException">The path does not end in a slash.</exception>
    public static GrantScope Prefix(CanonicalPath directory) => directory.IsDirectory
        ? new GrantScope(ScopeKind.Prefix, directory.Value)
        : throw new ArgumentException("A prefix ends in a slash.", nameof(directory));

    /// <summary>Whether the scope covers the path, and for address scopes the scheme, host and query
    /// too.</summary>
    public bool Covers(in TokenRequest request) => Kind switch
    {
        ScopeKind.Exact => string.Equals(request.Path.Value, Value, StringComparison.Ordinal),
        ScopeKind.Prefix => request.Path.IsUnder(Value),
        ScopeKind.AddressHash => CoversDigest(Address(request)),
        _ => _pattern!.IsMatch(Address(request)),
    };

    /// <summary>Reads a <c>cdniuc</c> claim. False when it has no form known here.</summary>
    internal static bool TryParse(string container, out GrantScope? scope)
    {
        scope = null;
        if (container.StartsWith("prefix:", StringComparison.Ordinal))
        {
            if (CanonicalPath.TryParse(container[7..], out var prefix, out _) && prefix.IsDirectory)
                scope = Prefix(prefix);
        }
        else if (container.StartsWith("path:", StringComparison.Ordinal))
        {
            if (CanonicalPath.TryParse(container[5..], out var path, out _)) scope = Exact(path);
        }
        else if (container.StartsWith("hash:sha-256;", StringComparison.Ordinal))
        {
            scope = ReadDigest(container[13..]);
        }
        else if (container.StartsWith("regex:", StringComparison.Ordinal))
        {
            scope = ReadPattern(container[6..]);
        }
        return scope is not null;
    }

    private static GrantScope? ReadDigest(string text)
    {
        var digest = new byte[32];
        return text.Length == 43
            && StrictBase64Url.TryDecode(Encoding.ASCII.GetBytes(text), digest, out var length)
            && length == 32
            ? new GrantScope(ScopeKind.AddressHash, text, digest: digest)
            : null;
    }

    private static GrantScope? ReadPattern(string pattern)
    {
        if (pattern.Length is 0 or > PatternLengthMax) return null;
        const RegexOptions Options =
            RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
        try
        {
            // Alone first: a pattern such as "a)|(?:b" is only well-formed inside our anchors, which it would
            // break.
            _ = new Regex(pattern, Options);
            return new GrantScope(ScopeKind.AddressPattern, pattern,
                new Regex($@"\A(?:{pattern})\z", Options));
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private bool CoversDigest(string address)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(address), digest);
        return CryptographicOperations.FixedTimeEquals(digest, _digest);
    }

    private static string Address(in TokenRequest request)
    {
        var query = string.IsNullOrEmpty(request.Query) ? "" : "?" + request.Query;
        return $"{request.Scheme ?? "https"}://{request.Host}{request.Path.Value}{query}";
    }
}
