using Flickr.Edge.Headers;

namespace Flickr.Edge.Conditions;

/// <summary>What the conditions of a request say about a stored answer.</summary>
internal enum ConditionVerdict
{
    /// <summary>No condition, or it holds: go on (Range next).</summary>
    Proceed,

    /// <summary>Answer 304.</summary>
    NotModified,

    /// <summary>Answer 412.</summary>
    PreconditionFailed,
}

/// <summary>Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in their order (RFC 9110 section 13.2.2). Pure.</summary>
internal static class Conditional
{
    /// <summary>
    /// Judges against the validators of <paramref name="head"/>. Only a stored 200 or 206 (and what is as good) is judged; others proceed.
    /// </summary>
    public static ConditionVerdict Judge(in RequestFacts request, StoredHead head) => throw new NotImplementedException();

    /// <summary>
    /// The condition fields to ask the origin with, so that it may say 304 (RFC 9111 section 4.3.1): If-None-Match and
    /// If-Modified-Since from the stored validators. Empty when there is no validator.
    /// </summary>
    public static HeaderBlock ForRevalidation(StoredHead head) => throw new NotImplementedException();

    /// <summary>The fields of a 304 made from a stored answer (RFC 9110 section 15.4.5).</summary>
    public static HeaderBlock HeadersOf304(StoredHead head) => throw new NotImplementedException();
}
