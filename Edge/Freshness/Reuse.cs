using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>What may be done with a stored answer now.</summary>
internal enum ReuseVerdict
{
    /// <summary>Serve it.</summary>
    Fresh,

    /// <summary>Serve it and renew it behind (grace).</summary>
    StaleWhileRevalidate,

    /// <summary>Renew it first; <see cref="StaleOnError"/> says whether it may be served when that fails.</summary>
    Stale,

    /// <summary>Renew it first; never serve it when that fails.</summary>
    MustRevalidate,
}

/// <summary>A verdict with the arithmetic behind it.</summary>
/// <param name="Verdict">What may be done.</param>
/// <param name="Age">Current age (RFC 9111 section 4.2.3), never negative; the <c>Age</c> field is its whole seconds.</param>
/// <param name="Ttl">Lifetime that is left; negative when stale. The <c>ttl</c> of Cache-Status.</param>
internal readonly record struct ReuseJudgement(ReuseVerdict Verdict, TimeSpan Age, TimeSpan Ttl);

/// <summary>Whether a stored answer is fresh, stale in grace, or to be renewed first (RFC 9111 section 4.2, RFC 5861). Pure, allocates nothing.</summary>
internal static class Reuse
{
    /// <summary>Judges <paramref name="head"/> at <paramref name="now"/> for this request.</summary>
    public static ReuseJudgement Judge(StoredHead head, in RequestFacts request, StoreRules rules, DateTimeOffset now) =>
        throw new NotImplementedException();
}
