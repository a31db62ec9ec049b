namespace Flickr.Edge.Gate;

/// <summary>
/// Why a request was refused before the server parsed it. Label values of the refusal counter.
/// </summary>
internal enum GateRefusal
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>A line does not end in CRLF: a bare LF, or a CR somewhere else.</summary>
    LineEnd,

    /// <summary>More empty lines before a request than anybody sends.</summary>
    EmptyLines,

    /// <summary>The request line is not <c>method SP target SP HTTP/1.x</c>.</summary>
    RequestLine,

    /// <summary>
    /// The target holds a fragment, a backslash, a byte that is no URI character, or a percent sign that is
    /// no escape.
    /// </summary>
    Target,

    /// <summary>The target hides a control character behind an escape, e.g. <c>%0d%0a</c>.</summary>
    EscapedControl,

    /// <summary>
    /// A field line is no <c>name: value</c>: folded, space before the colon, control characters.
    /// </summary>
    FieldLine,

    /// <summary>Content-Length is not digits, stands twice, or is too large to be true.</summary>
    ContentLength,

    /// <summary>Transfer-Encoding is something else than <c>chunked</c>, or stands twice.</summary>
    TransferEncoding,

    /// <summary>Both Content-Length and Transfer-Encoding: two readings of where the request ends.</summary>
    LengthAndEncoding,

    /// <summary>Transfer-Encoding in HTTP/1.0, which knows none (RFC 9112 section 6.1).</summary>
    EncodingInHttp10,

    /// <summary>A GET or HEAD with a body.</summary>
    BodyOnRead,

    /// <summary>Not exactly one Host.</summary>
    Host,

    /// <summary>A chunk is framed wrongly, or carries more extensions than anybody sends.</summary>
    Chunk,

    /// <summary>Trailers that are no field lines, that change the framing, or too many.</summary>
    Trailer,

    /// <summary>HTTP/2: a field that has no business there, or a name that is no token.</summary>
    Http2Field,
}
