using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>How the end of a body is told.</summary>
internal enum BodyFraming
{
    /// <summary>There is none: 204, 304, an answer to HEAD.</summary>
    None,

    /// <summary>By a length.</summary>
    Length,

    /// <summary>By a last chunk.</summary>
    Chunks,

    /// <summary>By the connection's end, which a broken connection has too.</summary>
    UntilClose,
}

/// <summary>The head of one answer, judged.</summary>
/// <param name="Status">100 to 999.</param>
/// <param name="Fields">Fields in their order on the wire.</param>
/// <param name="Framing">How its body ends.</param>
/// <param name="Length">Announced length, also where the body itself is not sent; null: none.</param>
/// <param name="KeepsAlive">Whether the connection may carry another request after it.</param>
internal sealed record AnswerHead(
    int Status, HeaderBlock Fields, BodyFraming Framing, long? Length, bool KeepsAlive);
