using System.Collections.Frozen;
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

/// <summary>
/// Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in their order (RFC 9110 section
/// 13.2.2). Pure.
/// </summary>
internal static class Conditional
{
    /// <summary>Fields that describe a body, which a 304 has not (RFC 9110 section 15.4.5).</summary>
    private static readonly FrozenSet<string> NotIn304 = FrozenSet.ToFrozenSet(
    [
        "Content-Length", "Content-Type", "Content-Encoding", "Content-Language", "Content-Range",
        "Content-Disposition",
        "Content-MD5", "Content-Digest", "Repr-Digest",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Judges against the validators of <paramref name="head"/>, which must be fit to be served. Only what
    /// would be a 2xx is judged; others proceed. If-Match and If-Unmodified-Since are judged too: the edge
    /// speaks for its origin.
    /// </summary>
    public static ConditionVerdict Judge(in RequestFacts request, StoredHead head)
    {
        if (head.Status is < 200 or > 299)
        {
            return ConditionVerdict.Proceed;
        }
        if (request.IfMatch is { } ifMatch)
        {
            if (!EntityTag.ListMatches(ifMatch, head.Headers.Joined("ETag"), strongly: true))
            {
                return ConditionVerdict.PreconditionFailed;
            }
        }
        else if (request.IfUnmodifiedSince is { } unmodifiedSince
            && ModifiedAfter(head, unmodifiedSince, "Last-Modified") == true)
        {
            return ConditionVerdict.PreconditionFailed;
        }
        if (request.IfNoneMatch is { } ifNoneMatch)
        {
            if (!EntityTag.ListMatches(ifNoneMatch, head.Headers.Joined("ETag"), strongly: false))
            {
                return ConditionVerdict.Proceed; // If-Modified-Since does not count beside If-None-Match
            }
            return request.IsGet || request.IsHead ? ConditionVerdict.NotModified
                : ConditionVerdict.PreconditionFailed;
        }
        return (request.IsGet || request.IsHead) && request.IfModifiedSince is { } modifiedSince
            && IsNotModifiedSince(head, modifiedSince)
            ? ConditionVerdict.NotModified
            : ConditionVerdict.Proceed;
    }

    /// <summary>
    /// The condition fields to ask the origin with, so that it may say 304 (RFC 9111 section 4.3.1):
    /// If-None-Match and If-Modified-Since from the stored validators, as stored. Empty when there is no
    /// validator.
    /// </summary>
    public static HeaderBlock ForRevalidation(StoredHead head)
    {
        var lines = new List<HeaderLine>(2);
        if (head.Headers.First("ETag") is { Length: > 0 } tag)
        {
            lines.Add(new HeaderLine("If-None-Match", tag));
        }
        if (head.Headers.First("Last-Modified") is { } lastModified
            && HttpDate.TryParse(lastModified, head.ResponseTime, out _))
        {
            lines.Add(new HeaderLine("If-Modified-Since", lastModified));
        }
        return HeaderBlock.Of(lines);
    }

    /// <summary>The fields of a 304 made from a stored answer (RFC 9110 section 15.4.5).</summary>
    public static HeaderBlock HeadersOf304(StoredHead head) =>
        head.Headers.Without(line => NotIn304.Contains(line.Name));

    /// <summary>
    /// Without a Last-Modified, Date stands in, and without that the time of arrival (RFC 9111 section
    /// 4.3.2).
    /// </summary>
    private static bool IsNotModifiedSince(StoredHead head, string since)
    {
        var after = ModifiedAfter(head, since, "Last-Modified") ?? ModifiedAfter(head, since, "Date");
        if (after is null && HttpDate.TryParse(since, head.ResponseTime, out var date))
        {
            return head.ResponseTime <= date;
        }
        return after == false;
    }

    /// <summary>
    /// Whether the date in the stored field is later than the one given; null when either is none.
    /// </summary>
    private static bool? ModifiedAfter(StoredHead head, string since, string field) =>
        HttpDate.TryParse(since, head.ResponseTime, out var date)
        && HttpDate.TryParse(head.Headers.Joined(field), head.ResponseTime, out var modified)
            ? modified > date
            : null;
}
