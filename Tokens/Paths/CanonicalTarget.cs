using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Flickr.Tokens.Paths;

/// <summary>
/// A raw request target, split: a canonical path, and the query as pairs in their order, raw. The first
/// <c>?</c> ends the
/// path, later ones are data. Immutable and thread-safe.
/// </summary>
public sealed class CanonicalTarget
{
    /// <summary>Characters a target may have, tokens included.</summary>
    public const int LengthMax = 8192;

    /// <summary>Pairs a query may have.</summary>
    public const int QueryPairsMax = 32;

    private static readonly SearchValues<char> QueryCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?%");

    private CanonicalTarget(CanonicalPath path, QueryPair[] query)
    {
        Path = path;
        Query = query;
    }

    /// <summary>The path.</summary>
    public CanonicalPath Path { get; }

    /// <summary>The query pairs in the order they were sent; empty without a query.</summary>
    public IReadOnlyList<QueryPair> Query { get; }

    /// <summary>Splits a raw target of a request line, or says why it is not canonical.</summary>
    public static bool TryParse(
        string? rawTarget, [NotNullWhen(true)] out CanonicalTarget? target, out PathRefusal refusal)
    {
        target = null;
        refusal = PathRefusal.NotOriginForm;
        if (rawTarget is null) return false;
        if (rawTarget.Length > LengthMax)
        {
            refusal = PathRefusal.TooLong;
            return false;
        }
        var mark = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var rawPath = mark < 0 ? rawTarget : rawTarget[..mark];
        if (!CanonicalPath.TryParse(rawPath, out var path, out refusal)) return false;
        QueryPair[] query = [];
        if (mark >= 0 && mark + 1 < rawTarget.Length)
            refusal = Split(rawTarget.AsSpan(mark + 1), out query);
        if (refusal != PathRefusal.None) return false;
        target = new CanonicalTarget(path, query);
        return true;
    }

    /// <summary>The value of the first pair of that name, or null. Names are compared as they were
    /// sent.</summary>
    public string? FirstValue(string name)
    {
        foreach (var pair in Query)
            if (string.Equals(pair.Name, name, StringComparison.Ordinal)) return pair.Value;
        return null;
    }

    private static PathRefusal Split(ReadOnlySpan<char> query, out QueryPair[] pairs)
    {
        pairs = [];
        var odd = query.IndexOfAnyExcept(QueryCharacters);
        if (odd >= 0) return query[odd] == '#' ? PathRefusal.Fragment : PathRefusal.BadQuery;
        for (var at = query.IndexOf('%'); at >= 0;)
        {
            if (at + 2 >= query.Length || !char.IsAsciiHexDigit(query[at + 1])
                || !char.IsAsciiHexDigit(query[at + 2]))
                return PathRefusal.BadEscape;
            var next = query[(at + 1)..].IndexOf('%');
            at = next < 0 ? -1 : at + 1 + next;
        }
        var count = query.Count('&') + 1;
        if (count > QueryPairsMax) return PathRefusal.BadQuery;
        pairs = new QueryPair[count];
        var index = 0;
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            pairs[index++] = equals < 0
                ? new QueryPair(pair.ToString(), "")
                : new QueryPair(pair[..equals].ToString(), pair[(equals + 1)..].ToString());
        }
        return PathRefusal.None;
    }
}
