using Flickr.Edge.Respond;

namespace Flickr.Edge.Explain;

/// <summary>
/// One answered request, for the ring and the access log. The address is without its query's tokens.
/// </summary>
internal sealed record RequestRecord(
    DateTimeOffset At, string Method, string Host, string Target, int Status, AnswerOutcome Outcome,
        string? CacheStatus,
    string? Problem, double Milliseconds, long Bytes, string? Key, string? Owner, string? Client);
