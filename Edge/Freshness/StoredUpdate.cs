using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>What a 304, or the answer to a HEAD, changes in a stored answer (RFC 9111 sections 3.2, 4.3.4, 4.3.5). Pure.</summary>
internal static class StoredUpdate
{
    /// <summary>
    /// The stored head after the origin said 304. Null when the 304 does not fit it (another strong entity tag): ask again
    /// without conditions. The lifetimes are worked out anew; when the new fields forbid storing, <paramref name="decision"/>
    /// says so and the head is good for the requests that waited, then to be dropped.
    /// </summary>
    public static StoredHead? From304(StoredHead stored, HeaderBlock answer, in RequestFacts request, StoreRules rules,
        DateTimeOffset requestTime, DateTimeOffset responseTime, out StoreDecision decision) => throw new NotImplementedException();
}
