using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>What may be done with a stored answer now.</summary>
internal enum ReuseVerdict
{
    /// <summary>Serve it.</summary>
    Fresh,

    /// <summary>Serve it and renew it behind (grace).</summary>
    StaleWhileRevalidate,

    /// <summary>
    /// Renew it first; <see cref="StaleOnError"/> says whether it may be served when that fails.
    /// </summary>
    Stale,

    /// <summary>Renew it first; never serve it when that fails.</summary>
    MustRevalidate,
}

/// <summary>A verdict with the arithmetic behind it.</summary>
/// <param name="Verdict">What may be done.</param>
/// <param name="Age">Current age (RFC 9111 section 4.2.3), never negative; the <c>Age</c> field is its whole
/// seconds.</param>
/// <param name="Ttl">Lifetime that is left; negative when stale. The <c>ttl</c> of Cache-Status.</param>
internal readonly record struct ReuseJudgement(ReuseVerdict Verdict, TimeSpan Age, TimeSpan Ttl);

/// <summary>
/// Whether a stored answer is fresh, stale in grace, or to be renewed first (RFC 9111 section 4.2, RFC 5861).
/// Pure, allocates nothing.
/// </summary>
internal static class Reuse
{
    /// <summary>Judges <paramref name="head"/> at <paramref name="now"/> for this request.</summary>
    public static ReuseJudgement Judge(StoredHead head, in RequestFacts request, StoreRules rules,
        DateTimeOffset now)
    {
        var lifetimes = head.Lifetimes;
        var age = AgeOf(head, now);
        var ttl = lifetimes.FreshFor - age;
        return new ReuseJudgement(
            rules.HonoursRequestDirectives
                ? Judge(lifetimes, request.Directives, age, ttl)
                : Judge(lifetimes, ttl),
            age, ttl);
    }

    /// <summary>
    /// Current age. A clock that went back since the answer came does not make it younger than it was.
    /// </summary>
    public static TimeSpan AgeOf(StoredHead head, DateTimeOffset now) =>
        head.Lifetimes.InitialAge + (now > head.ResponseTime ? now - head.ResponseTime : TimeSpan.Zero);

    private static ReuseVerdict Judge(in Lifetimes lifetimes, TimeSpan ttl)
    {
        if (lifetimes.NeedsValidation)
        {
            return ReuseVerdict.MustRevalidate;
        }
        if (ttl > TimeSpan.Zero)
        {
            return ReuseVerdict.Fresh;
        }
        if (lifetimes.MustRevalidate)
        {
            return ReuseVerdict.MustRevalidate;
        }
        return -ttl < lifetimes.StaleWhileRevalidate ? ReuseVerdict.StaleWhileRevalidate : ReuseVerdict.Stale;
    }

    /// <summary>
    /// With the request's wishes (RFC 9111 section 5.2.1): it may ask for more than the answer does, or be
    /// content with less.
    /// </summary>
    private static ReuseVerdict Judge(in Lifetimes lifetimes, in RequestDirectives wishes, TimeSpan age,
        TimeSpan ttl)
    {
        var verdict = Judge(lifetimes, ttl);
        if (verdict == ReuseVerdict.MustRevalidate)
        {
            return verdict;
        }
        var isTooOld = wishes.MaxAge is { } maxAge && (age > maxAge || maxAge == TimeSpan.Zero);
        if (wishes.NoCache || isTooOld || (wishes.MinFresh is { } minFresh && ttl < minFresh))
        {
            return ReuseVerdict.Stale;
        }
        return verdict == ReuseVerdict.Stale && wishes.MaxStale is { } maxStale && -ttl <= maxStale
            ? ReuseVerdict.StaleWhileRevalidate
            : verdict;
    }
}
