using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>Whether an answer may be stored, and for how long (RFC 9111 sections 3 and 4.2.1). Pure.</summary>
internal static class Storability
{
    /// <summary>Judges the head of an answer. <paramref name="answer"/> holds its fields as received.</summary>
    public static StoreDecision Judge(in RequestFacts request, int status, HeaderBlock answer, StoreRules rules,
        DateTimeOffset requestTime, DateTimeOffset responseTime) => throw new NotImplementedException();

    /// <summary>
    /// The head to store for an answer that <see cref="Judge"/> said may be stored: without hop-by-hop fields, without those that
    /// <c>no-cache="…"</c> and <c>private="…"</c> name, and without cookies when the site strips them.
    /// </summary>
    public static StoredHead HeadToStore(int status, HeaderBlock answer, StoreRules rules, in Lifetimes lifetimes,
        DateTimeOffset requestTime, DateTimeOffset responseTime) => throw new NotImplementedException();
}
