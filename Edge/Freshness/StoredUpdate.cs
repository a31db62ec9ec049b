using System.Collections.Frozen;
using Flickr.Edge.Conditions;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>
/// What a 304, or the answer to a HEAD, changes in a stored answer (RFC 9111 sections 3.2, 4.3.4, 4.3.5).
/// Pure.
/// </summary>
internal static class StoredUpdate
{
    /// <summary>Fields that describe the stored bytes: a head without bytes cannot change them.</summary>
    private static readonly FrozenSet<string> OfTheBytes = FrozenSet.ToFrozenSet(
    [
        "Content-Length", "Content-Encoding", "Content-Range", "Content-MD5", "Content-Digest",
        "Repr-Digest", "Digest", "ETag",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The stored head after the origin said 304. Null when the 304 does not fit it (another strong entity
    /// tag): ask again without conditions. The lifetimes are worked out anew; when the new fields forbid
    /// storing,
    /// <paramref name="decision"/> says so and the head is good for the requests that waited, then to be
    /// dropped.
    /// </summary>
    public static StoredHead? From304(StoredHead stored, HeaderBlock answer, in RequestFacts request,
        StoreRules rules,
        DateTimeOffset requestTime, DateTimeOffset responseTime, out StoreDecision decision)
    {
        if (!Fits(stored, answer))
        {
            decision = default;
            return null;
        }
        return Merge(stored, answer, request, rules, requestTime, responseTime, out decision);
    }

    /// <summary>
    /// The stored head of a GET after a HEAD was answered 200. Null when the HEAD speaks of other bytes
    /// (length, entity tag or date differ): the stored answer is stale then (RFC 9111 section 4.3.5).
    /// </summary>
    public static StoredHead? FromHead(StoredHead stored, HeaderBlock answer, in RequestFacts request,
        StoreRules rules,
        DateTimeOffset requestTime, DateTimeOffset responseTime, out StoreDecision decision)
    {
        if (!Fits(stored, answer) || Differs(stored, answer, "Content-Length")
            || Differs(stored, answer, "ETag")
            || Differs(stored, answer, "Last-Modified"))
        {
            decision = default;
            return null;
        }
        return Merge(stored, answer, request with { Method = HttpMethods.Get }, rules, requestTime,
            responseTime, out decision);
    }

    private static StoredHead Merge(StoredHead stored, HeaderBlock answer, in RequestFacts request,
        StoreRules rules,
        DateTimeOffset requestTime, DateTimeOffset responseTime, out StoreDecision decision)
    {
        var connection = answer.Joined("Connection");
        var news = answer.Without(line => OfTheBytes.Contains(line.Name) || HopByHop.Is(line.Name,
            connection));
        var merged = HeaderBlock.Of(stored.Headers.Where(line => !news.Contains(line.Name)).Concat(news));
        decision = Storability.Judge(request, stored.Status, merged, rules, requestTime, responseTime);
        return Storability.HeadToStore(stored.Status, merged, rules, decision.Lifetimes, requestTime,
            responseTime);
    }

    private static bool Fits(StoredHead stored, HeaderBlock answer) =>
        EntityTag.Parse(answer.Joined("ETag")) is not { IsWeak: false } news
        || EntityTag.Parse(stored.Headers.Joined("ETag")) is not { } old
        || old.WeaklyEquals(news);

    private static bool Differs(StoredHead stored, HeaderBlock answer, string name) =>
        answer.Joined(name) is { } news && stored.Headers.Joined(name) is { } old && news != old;
}
