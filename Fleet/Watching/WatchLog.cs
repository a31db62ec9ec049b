namespace Flickr.Watching;

/// <summary>What the built-in alerts say; event ids 9100 to 9199.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(9100, LogLevel.Warning, "Alert {Alert} is {State}: {Summary} ({Value})")]
    public static partial void Changed(ILogger log, string alert, string state, string summary, double value);

    [LoggerMessage(9101, LogLevel.Error, "An alert could not be told ({What}): {Fault}")]
    public static partial void NotTaken(ILogger log, string what, string fault);

    [LoggerMessage(9102, LogLevel.Warning, "The program's own metrics could not be read")]
    public static partial void LookFailed(ILogger log, Exception fault);
}
