namespace Flickr.Edge.Headers;

/// <summary>The Cache-Control directives of a request (RFC 9111 section 5.2.1). A null time: the directive is absent or malformed.</summary>
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

    /// <summary>Reads the joined Cache-Control lines and, when there are none, Pragma. Unknown directives are ignored.</summary>
    public static RequestDirectives Parse(string? cacheControl, string? pragma) => throw new NotImplementedException();
}
