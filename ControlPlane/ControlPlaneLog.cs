namespace Flickr.ControlPlane;

/// <summary>Log lines of the control plane; event ids 3000 to 3999.</summary>
internal static partial class ControlPlaneLog
{
    [LoggerMessage(3000, LogLevel.Information,
        "Term {Term} begins; the log is at {Head}, keys at version {KeysVersion}")]
    public static partial void TermBegins(this ILogger logger, long term, long head, long keysVersion);

    [LoggerMessage(3001, LogLevel.Warning,
        "No heartbeat: the database could not be read. Edges fall back to their bounds")]
    public static partial void HeartbeatMissed(this ILogger logger, Exception fault);

    [LoggerMessage(3002, LogLevel.Warning,
        "Notifications lost ({Problem}); looking each second until they are back")]
    public static partial void NotificationsLost(this ILogger logger, string problem);

    [LoggerMessage(3003, LogLevel.Warning, "The stream of edge {Edge} failed")]
    public static partial void StreamFailed(this ILogger logger, Exception fault, string edge);

    [LoggerMessage(3004, LogLevel.Error,
        "Edge {Edge} has applied {Sequence} of term {EdgeTerm}, this log ends at {Head} of term {Term}: the database is an old copy")]
    public static partial void EdgeIsAhead(this ILogger logger, string edge, long sequence, long edgeTerm,
        long head, long term);

    [LoggerMessage(3005, LogLevel.Error, "Keys could not be moved on")]
    public static partial void RotationFailed(this ILogger logger, Exception fault);

    [LoggerMessage(3006, LogLevel.Information, "The log is shorter by {Count} entries")]
    public static partial void Compacted(this ILogger logger, int count);

    [LoggerMessage(3008, LogLevel.Error, "The head of the audit log could not be signed")]
    public static partial void HeadNotSigned(this ILogger logger, Exception fault);

    [LoggerMessage(3007, LogLevel.Warning, "The log could not be shortened")]
    public static partial void CompactionFailed(this ILogger logger, Exception fault);
}
