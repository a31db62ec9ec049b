namespace Flickr.Edge.Cache.Log;

/// <summary>Log messages of the log tier; event ids 1300 to 1319.</summary>
internal static partial class LogTierMessages
{
    [LoggerMessage(1300, LogLevel.Information,
        "Log tier open in {Directory}: {Bytes} bytes, recovered: {Recovered}")]
    public static partial void LogOpened(this ILogger logger, string directory, long bytes, bool recovered);

    [LoggerMessage(1301, LogLevel.Warning, "Log tier in {Directory} could not be recovered and begins empty")]
    public static partial void LogNotRecovered(this ILogger logger, Exception failure, string directory);

    [LoggerMessage(1302, LogLevel.Error, "Log tier: a background {Job} failed")]
    public static partial void LogJobFailed(this ILogger logger, Exception failure, LogJobKind job);

    [LoggerMessage(1303, LogLevel.Warning, "Log tier: a record failed its checksum and is treated as a miss")]
    public static partial void LogRecordDamaged(this ILogger logger);

    [LoggerMessage(1304, LogLevel.Warning, "Log tier: a read failed and is treated as a miss")]
    public static partial void LogReadFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1305, LogLevel.Warning,
        "Log tier: {FreeBytes} bytes are free on the disk, nothing is written until more are")]
    public static partial void LogDiskFull(this ILogger logger, long freeBytes);

    [LoggerMessage(1306, LogLevel.Warning, "Log tier: reads still ran when it was closed")]
    public static partial void LogReadsLeft(this ILogger logger);
}
