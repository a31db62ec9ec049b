namespace Flickr.Edge.Headers;

/// <summary>
/// What the cache rules need to know of a request. A small value made once per request, without allocation
/// for plain requests.
/// </summary>
internal readonly record struct RequestFacts
{
    /// <summary>The method as sent, upper case by definition.</summary>
    public string Method { get; init; }
    public bool HasAuthorization { get; init; }
    public RequestDirectives Directives { get; init; }
    public string? IfMatch { get; init; }
    public string? IfNoneMatch { get; init; }
    public string? IfModifiedSince { get; init; }
    public string? IfUnmodifiedSince { get; init; }
    public string? IfRange { get; init; }
    public string? Range { get; init; }

    public bool IsGet => HttpMethods.IsGet(Method);
    public bool IsHead => HttpMethods.IsHead(Method);

    /// <summary>
    /// GET, HEAD, OPTIONS and TRACE change nothing (RFC 9110 section 9.2.1); an unknown method does.
    /// </summary>
    public bool IsSafe => IsGet || IsHead || HttpMethods.IsOptions(Method) || HttpMethods.IsTrace(Method);

    /// <summary>Reads the facts off a request.</summary>
    public static RequestFacts From(HttpRequest request) => From(request.Method, request.Headers);

    /// <summary>Reads the facts off a method and fields.</summary>
    public static RequestFacts From(string method, IHeaderDictionary headers) => new()
    {
        Method = HttpMethods.GetCanonicalizedValue(method),
        HasAuthorization = headers.Authorization.Count > 0,
        Directives = headers.CacheControl.Count == 0 && headers.Pragma.Count == 0
            ? default
            : RequestDirectives.Parse(headers.CacheControl, headers.Pragma),
        IfMatch = headers.IfMatch,
        IfNoneMatch = headers.IfNoneMatch,
        IfModifiedSince = headers.IfModifiedSince,
        IfUnmodifiedSince = headers.IfUnmodifiedSince,
        IfRange = headers.IfRange,
        Range = headers.Range,
    };
}
