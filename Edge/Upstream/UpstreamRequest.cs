using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>One request as it goes to one replica.</summary>
internal sealed record UpstreamRequest
{
    public required string Method { get; init; }

    /// <summary>Path and query, sent byte for byte.</summary>
    public required string Target { get; init; }

    /// <summary>Value of <c>Host</c>.</summary>
    public required string Host { get; init; }

    /// <summary>All other fields. A <c>Content-Length</c> among them announces <see cref="Content"/>.</summary>
    public required IReadOnlyList<HeaderLine> Fields { get; init; }

    /// <summary>Content, or null. Without a length it is sent in chunks.</summary>
    public Stream? Content { get; init; }

    /// <summary>Called with every interim answer before the head, in order; null: they are dropped.</summary>
    public Func<InterimAnswer, ValueTask>? OnInterim { get; init; }

    /// <summary>Whether the request may be sent again when nothing of an answer came (RFC 9110 9.2.2).</summary>
    public bool MayRepeat => Content is null && (HttpMethods.IsGet(Method) || HttpMethods.IsHead(Method));
}
