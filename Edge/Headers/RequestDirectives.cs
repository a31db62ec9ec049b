namespace Flickr.Edge.Headers;

/// <summary>
/// The Cache-Control directives of a request (RFC 9111 section 5.2.1). A null time: the directive is absent
/// or malformed.
/// </summary>
internal readonly record struct RequestDirectives
{
    public bool NoCache { get; init; }
    public bool NoStore { get; init; }
    public bool OnlyIfCached { get; init; }
    public TimeSpan? MaxAge { get; init; }
    public TimeSpan? MinFresh { get; init; }

    /// <summary><see cref="TimeSpan.MaxValue"/> for max-stale without a value.</summary>
    public TimeSpan? MaxStale { get; init; }
    public TimeSpan? StaleIfError { get; init; }

    /// <summary>
    /// Reads the joined Cache-Control lines and, when there are none, Pragma. Unknown directives are ignored.
    /// </summary>
    public static RequestDirectives Parse(string? cacheControl, string? pragma)
    {
        if (string.IsNullOrEmpty(cacheControl))
        {
            return new RequestDirectives { NoCache = FieldSyntax.ListContains(pragma, "no-cache") };
        }
        var parsed = new RequestDirectives();
        var rest = cacheControl.AsSpan();
        while (FieldSyntax.TakeMember(ref rest, out var member))
        {
            var equals = member.IndexOf('=');
            var name = equals < 0 ? member : member[..equals];
            TimeSpan? seconds = equals >= 0 && FieldSyntax.TryDeltaSeconds(member[(equals + 1)..].Trim('"'),
                out var delta)
                ? TimeSpan.FromSeconds(delta)
                : null;
            parsed = parsed.With(name, equals >= 0, seconds);
        }
        return parsed;
    }

    private RequestDirectives With(ReadOnlySpan<char> name, bool hasValue, TimeSpan? seconds) =>
        Is(name, "no-cache") ? this with { NoCache = true }
        : Is(name, "no-store") ? this with { NoStore = true }
        : Is(name, "only-if-cached") ? this with { OnlyIfCached = true }
        : Is(name, "max-age") ? this with { MaxAge = MaxAge ?? seconds }
        : Is(name, "min-fresh") ? this with { MinFresh = MinFresh ?? seconds }
        : Is(name, "max-stale")
        ? this with { MaxStale = MaxStale ?? (hasValue ? seconds : TimeSpan.MaxValue) }
        : Is(name, "stale-if-error") ? this with { StaleIfError = StaleIfError ?? seconds }
        : this;

    private static bool Is(ReadOnlySpan<char> name, string directive) =>
        name.Equals(directive, StringComparison.OrdinalIgnoreCase);
}
