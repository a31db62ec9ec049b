using System.Net;

namespace Flickr.Client;

/// <summary>A server's refusal: an RFC 9457 problem, or a bare status when the server sent none.</summary>
internal sealed class ProblemException : Exception
{
    public ProblemException(HttpStatusCode status, string? name, string? title, string? detail,
        TimeSpan? retryAfter)
        : base(Sentence(status, name, title, detail))
    {
        (Status, Name, RetryAfter) = (status, name, retryAfter);
    }

    /// <summary>HTTP status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>
    /// The problem's name without <c>urn:flickr:problem:</c>; null when the answer was no problem document.
    /// </summary>
    public string? Name { get; }

    /// <summary>How long the server asks to wait before the next try; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may succeed later: the server is busy, not unwilling.</summary>
    public bool IsBusy => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;

    private static string Sentence(HttpStatusCode status, string? name, string? title, string? detail)
    {
        var head = title ?? name
            ?? (status == HttpStatusCode.Unauthorized ? "the key was not accepted" : status.ToString());
        var body = string.IsNullOrEmpty(detail) || detail == head ? "" : ": " + detail;
        return $"{head}{body} ({(int)status}{(name is null ? "" : " " + name)})";
    }
}
