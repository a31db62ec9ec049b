using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Microsoft.Net.Http.Headers;

namespace Flickr.Origin.Http;

/// <summary>
/// Answers GET and HEAD for bytes whose name is their digest: entity tag, conditions, ranges. The headers of a link, if any,
/// are set by the caller before.
/// </summary>
internal static class BlobResponse
{
    /// <param name="context">The request to answer.</param>
    /// <param name="id">The blob; its digest is the entity tag.</param>
    /// <param name="length">Length of the whole blob.</param>
    /// <param name="source">The bytes; null for HEAD.</param>
    /// <returns>Bytes sent.</returns>
    public static async Task<long> WriteAsync(HttpContext context, Digest id, long length, BlobSource? source)
    {
        var request = context.Request;
        var response = context.Response;
        var tag = $"\"{id}\"";
        response.Headers.ETag = tag;
        response.Headers.AcceptRanges = "bytes";
        response.Headers["Repr-Digest"] = DigestField.Of(id);
        if (IsNotModified(request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return 0;
        }
        if (request.Headers.IfMatch.Count > 0 && !Lists(request.Headers.IfMatch.ToString(), tag, weakly: false))
        {
            await Problem.WriteAsync(context, 412, "precondition-failed", "The entity tag is another one");
            return 0;
        }
        var range = new ByteRange(0, length);
        var verdict = RangeVerdict.Ignored;
        if (HttpMethods.IsGet(request.Method) && request.Headers.Range.Count == 1 && RangeApplies(request, tag))
        {
            verdict = ByteRange.Judge(request.Headers.Range.ToString(), length, out var asked);
            range = verdict == RangeVerdict.Partial ? asked : range;
        }
        if (verdict == RangeVerdict.Unsatisfiable)
        {
            await Problem.WriteAsync(context, 416, "range-not-satisfiable", "The range lies outside the body",
                contentRange: $"bytes */{length}");
            return 0;
        }
        if (verdict == RangeVerdict.Partial)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{length}";
        }
        response.ContentLength = range.Length;
        if (source is null || range.Length == 0)
        {
            return 0;
        }
        await source.CopyAsync(range.Offset, range.Length, response.Body, context.RequestAborted);
        return range.Length;
    }

    /// <summary>If-None-Match compares weakly and counts for GET and HEAD (RFC 9110, 13.1.2).</summary>
    private static bool IsNotModified(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.Count > 0 && Lists(request.Headers.IfNoneMatch.ToString(), tag, weakly: true);

    /// <summary>
    /// If-Range lets the range through only for exactly this strong entity tag; a date never matches, because nothing here has
    /// one (RFC 9110, 13.1.5).
    /// </summary>
    private static bool RangeApplies(HttpRequest request, string tag) =>
        !request.Headers.TryGetValue(HeaderNames.IfRange, out var value)
        || value.ToString().Trim().Equals(tag, StringComparison.Ordinal);

    private static bool Lists(string field, string tag, bool weakly)
    {
        if (field.AsSpan().Trim() is "*")
        {
            return true;
        }
        foreach (var part in field.Split(',', StringSplitOptions.TrimEntries))
        {
            var candidate = weakly && part.StartsWith("W/", StringComparison.Ordinal) ? part[2..] : part;
            if (candidate.Equals(tag, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }
}
