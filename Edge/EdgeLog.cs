namespace Flickr.Edge;

/// <summary>
/// What the edge writes to the log; events 1000 to 1999. Nothing per request at Information or above.
/// </summary>
internal static partial class EdgeLog
{
    [LoggerMessage(1001, LogLevel.Information, "Sites taken: {Count}")]
    public static partial void SitesTaken(ILogger logger, int count);

    [LoggerMessage(1002, LogLevel.Error, "New sites refused, the old ones stay: {Faults}")]
    public static partial void SitesRefused(ILogger logger, string faults);

    [LoggerMessage(1003, LogLevel.Warning, "Replica {Address} rests after {Failures} failures in a row")]
    public static partial void ReplicaRests(ILogger logger, string address, int failures);

    [LoggerMessage(1004, LogLevel.Error, "A fill broke by a fault of ours")]
    public static partial void FillBroke(ILogger logger, Exception exception);

    [LoggerMessage(1005, LogLevel.Error, "An answer broke by a fault of ours")]
    public static partial void AnswerBroke(ILogger logger, Exception exception);

    [LoggerMessage(1006, LogLevel.Information, "Draining: {Open} requests open, at most {Longest}")]
    public static partial void Draining(ILogger logger, int open, TimeSpan longest);

    [LoggerMessage(1007, LogLevel.Error,
        "The invalidation journal took no write: this edge no longer serves from its cache")]
    public static partial void JournalBroke(ILogger logger, Exception exception);

    [LoggerMessage(1008, LogLevel.Warning,
        "The access log dropped {Count} lines: the disk is slower than the requests")]
    public static partial void AccessLogDropped(ILogger logger, long count);

    [LoggerMessage(1040, LogLevel.Information, "Fleet of {Count} edges taken")]
    public static partial void PeersTaken(ILogger logger, int count);

    [LoggerMessage(1041, LogLevel.Error, "New list of edges refused, the old one stays: {Faults}")]
    public static partial void PeersRefused(ILogger logger, string faults);

    [LoggerMessage(1042, LogLevel.Warning, "Edge {Name} is not asked for {Length}: {Reason}")]
    public static partial void PeerRests(ILogger logger, string name, string reason, TimeSpan length);

    [LoggerMessage(1043, LogLevel.Error, "The journal of used tokens took no write: tokens for one use are refused")]
    public static partial void OnceJournalBroke(ILogger logger, Exception exception);

    [LoggerMessage(1009, LogLevel.Error, "The access log took no write")]
    public static partial void AccessLogBroke(ILogger logger, Exception exception);

    [LoggerMessage(1020, LogLevel.Error, "A connection broke by a fault of ours")]
    public static partial void LoopStepBroke(ILogger logger, Exception exception);
}
