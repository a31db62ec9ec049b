using Flickr.Edge.Headers;
using Flickr.Edge.Headers.Structured;

namespace Flickr.Edge.Freshness;

/// <summary>
/// The Cache-Control directives of an answer (RFC 9111 section 5.2.2), from Cache-Control itself or from a
/// targeted field (RFC 9213). Unknown directives are ignored; of a directive that stands twice, the first
/// counts.
/// </summary>
internal readonly record struct CacheDirectives
{
    /// <summary>
    /// The seconds that a malformed time stands for: already over. A cache is to take such an answer as
    /// stale.
    /// </summary>
    private const long Malformed = 0;

    public bool Public { get; private init; }
    public bool Private { get; private init; }
    public bool NoCache { get; private init; }
    public bool NoStore { get; private init; }
    public bool MustRevalidate { get; private init; }
    public bool ProxyRevalidate { get; private init; }
    public bool MustUnderstand { get; private init; }
    public long? MaxAge { get; private init; }
    public long? SharedMaxAge { get; private init; }
    public long? StaleWhileRevalidate { get; private init; }
    public long? StaleIfError { get; private init; }

    /// <summary>
    /// Field names that <c>no-cache="…"</c> and <c>private="…"</c> hold back, comma-separated, or null.
    /// </summary>
    public string? HeldBackFields { get; private init; }

    /// <summary>
    /// Whether the directives come from a targeted field: then Expires does not count either.
    /// </summary>
    public bool IsTargeted { get; private init; }

    /// <summary>
    /// The directives that count for us: of the site's own field, else of CDN-Cache-Control, else of
    /// Cache-Control.
    /// </summary>
    public static CacheDirectives Of(HeaderBlock answer, string? targetedField) =>
        (targetedField is null ? null : Targeted(answer.Joined(targetedField)))
        ?? Targeted(answer.Joined("CDN-Cache-Control"))
        ?? Parse(answer.Joined("Cache-Control"));

    /// <summary>Reads Cache-Control lines.</summary>
    public static CacheDirectives Parse(string? cacheControl)
    {
        var parsed = new CacheDirectives();
        var rest = cacheControl.AsSpan();
        while (FieldSyntax.TakeMember(ref rest, out var member))
        {
            var equals = member.IndexOf('=');
            var name = equals < 0 ? member : member[..equals];
            var value = equals < 0 ? [] : member[(equals + 1)..];
            if (equals >= 0 && !IsTokenOrQuoted(value))
            {
                value = "?"; // e.g. "max-age= 1": no value, but meant as one
            }
            parsed = parsed.With(name.TrimEnd(" \t"), equals >= 0, Unquote(value), name.Length);
        }
        return parsed;
    }

    /// <summary>
    /// Reads a targeted field; null when it is absent, empty or no dictionary (RFC 9213 section 2.1: as if it
    /// were not there).
    /// </summary>
    private static CacheDirectives? Targeted(string? field)
    {
        if (field is null || StructuredField.ParseDictionary(field) is not { Count: > 0 } entries)
        {
            return null;
        }
        var parsed = new CacheDirectives { IsTargeted = true };
        foreach (var (key, member) in entries)
        {
            parsed = member switch
            {
                { IsInnerList: true } => parsed,
                { Item: { Kind: BareItemKind.Boolean, IsTrue: true } } =>
                    parsed.With(key, false, "", key.Length),
                { Item: { Kind: BareItemKind.Integer } item } =>
                    parsed.With(key, true,
                    item.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), key.Length),
                { Item: { Kind: BareItemKind.String or BareItemKind.Token } item }
                    when key is "no-cache" or "private" =>
                    parsed.With(key, true, item.Text, key.Length),
                _ => parsed, // a value of the wrong type is as good as an unknown directive
            };
        }
        return parsed;
    }

    private CacheDirectives With(ReadOnlySpan<char> name, bool hasValue, ReadOnlySpan<char> value,
        int nameLength)
    {
        if (TimeOf(name, nameLength, value, hasValue) is { } seconds)
        {
            return WithTime(name, seconds);
        }
        return Is(name, "public") ? this with { Public = true }
            : Is(name, "no-store") ? this with { NoStore = true }
            : Is(name, "must-revalidate") ? this with { MustRevalidate = true }
            : Is(name, "proxy-revalidate") ? this with { ProxyRevalidate = true }
            : Is(name, "must-understand") ? this with { MustUnderstand = true }
            : Is(name, "no-cache") ? (Names(value) is { } held ? HoldBack(held)
            : this with { NoCache = true })
            : Is(name, "private") ? (Names(value) is { } kept ? HoldBack(kept) : this with { Private = true })
            : this;
    }

    private CacheDirectives WithTime(ReadOnlySpan<char> name, long seconds) =>
        Is(name, "max-age") ? this with { MaxAge = MaxAge ?? seconds }
        : Is(name, "s-maxage") ? this with { SharedMaxAge = SharedMaxAge ?? seconds }
        : Is(name, "stale-while-revalidate")
        ? this with { StaleWhileRevalidate = StaleWhileRevalidate ?? seconds }
        : this with { StaleIfError = StaleIfError ?? seconds };

    /// <summary>
    /// The seconds of a directive that is a time; malformed ones are over already. Null for other directives.
    /// </summary>
    private static long? TimeOf(ReadOnlySpan<char> name, int nameLength, ReadOnlySpan<char> value,
        bool hasValue)
    {
        if (!Is(name, "max-age") && !Is(name, "s-maxage") && !Is(name, "stale-while-revalidate")
            && !Is(name, "stale-if-error"))
        {
            return null;
        }
        return hasValue && nameLength == name.Length && FieldSyntax.TryDeltaSeconds(value, out var seconds)
            ? seconds : Malformed;
    }

    private CacheDirectives HoldBack(string names) =>
        this with { HeldBackFields = HeldBackFields is null ? names : HeldBackFields + "," + names };

    /// <summary>
    /// The field names of a qualified directive; null when there is none: then it is the plain directive, the
    /// stricter one.
    /// </summary>
    private static string? Names(ReadOnlySpan<char> value)
    {
        var rest = value;
        while (FieldSyntax.TakeMember(ref rest, out var member))
        {
            if (!FieldSyntax.IsToken(member))
            {
                return null;
            }
        }
        return value.Trim(" \t,").Length > 0 ? value.ToString() : null;
    }

    private static bool IsTokenOrQuoted(ReadOnlySpan<char> value) =>
        FieldSyntax.IsToken(value) || (value.Length >= 2 && value[0] == '"' && value[^1] == '"');

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value) =>
        value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;

    private static bool Is(ReadOnlySpan<char> name, string directive) =>
        name.Equals(directive, StringComparison.OrdinalIgnoreCase);
}
