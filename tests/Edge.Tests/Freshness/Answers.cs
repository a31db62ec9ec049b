using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Tests.Freshness;

/// <summary>
/// Short words for the tests of freshness: an answer that arrived at <see cref="Now"/>, stored, and judged
/// later.
/// </summary>
internal static class Answers
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static readonly RequestFacts Get = new() { Method = "GET" };

    public static readonly StoreRules Rules = new();

    /// <summary>A Date, Expires or Last-Modified so many seconds from <see cref="Now"/>.</summary>
    public static string At(double seconds) => HttpDate.Format(Now.AddSeconds(seconds));

    public static StoreDecision Store(int status, StoreRules rules, RequestFacts request,
        params (string, string)[] fields) =>
        Storability.Judge(request, status, HeaderBlock.Of(fields), rules, Now, Now);

    public static StoreDecision Store(params (string, string)[] fields) => Store(200, Rules, Get, fields);

    public static StoredHead Head(StoreRules rules, params (string, string)[] fields)
    {
        var answer = HeaderBlock.Of(fields);
        var decision = Storability.Judge(Get, 200, answer, rules, Now, Now);
        return Storability.HeadToStore(200, answer, rules, decision.Lifetimes, Now, Now);
    }

    /// <summary>
    /// What may be done with an answer of these fields so many seconds after it came; null: it was not
    /// stored.
    /// </summary>
    public static ReuseVerdict? After(double seconds, params (string, string)[] fields) =>
        After(seconds, Rules, Get, fields);

    public static ReuseVerdict? After(double seconds, StoreRules rules, RequestFacts request,
        params (string, string)[] fields)
    {
        var answer = HeaderBlock.Of(fields);
        var decision = Storability.Judge(Get, 200, answer, rules, Now, Now);
        return decision.IsStored
            ? Reuse.Judge(Storability.HeadToStore(200, answer, rules, decision.Lifetimes, Now, Now), request,
            rules,
                Now.AddSeconds(seconds)).Verdict
            : null;
    }

    /// <summary>
    /// Whether an answer of these fields is served without asking, three seconds after it came.
    /// </summary>
    public static bool IsReused(params (string, string)[] fields) => After(3, fields) == ReuseVerdict.Fresh;
}
