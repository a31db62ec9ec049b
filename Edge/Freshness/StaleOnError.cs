using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>How asking the origin failed.</summary>
internal enum OriginFailure
{
    /// <summary>500, 502, 503 or 504.</summary>
    ServerError,

    /// <summary>Refused, reset, closed without an answer, an answer that cannot be read.</summary>
    Unreachable,

    /// <summary>No head within the deadline.</summary>
    Timeout,

    /// <summary>Not failed yet, but slower than the soft deadline.</summary>
    Slow,
}

/// <summary>
/// Whether a stale answer may stand in for a failed origin (RFC 5861 section 4, RFC 9111 section 4.2.4).
/// Pure.
/// </summary>
internal static class StaleOnError
{
    /// <summary>
    /// Whether <paramref name="head"/> may be served at <paramref name="now"/> although it is stale.
    /// </summary>
    public static bool May(StoredHead head, in RequestFacts request, OriginFailure failure, StoreRules rules,
        DateTimeOffset now)
    {
        var lifetimes = head.Lifetimes;
        if (lifetimes.NeedsValidation || lifetimes.MustRevalidate)
        {
            return false;
        }
        var window = lifetimes.StaleIfError;
        if (rules.HonoursRequestDirectives && request.Directives.StaleIfError is { } wished
            && wished > window)
        {
            window = wished;
        }
        if (failure is OriginFailure.Unreachable or OriginFailure.Timeout
            && rules.StaleWhenUnreachable > window)
        {
            window = rules.StaleWhenUnreachable;
        }
        return Reuse.AgeOf(head, now) - lifetimes.FreshFor < window;
    }

    /// <summary>Whether this status counts as <see cref="OriginFailure.ServerError"/>.</summary>
    public static bool IsFailure(int status) => status is 500 or 502 or 503 or 504;
}
