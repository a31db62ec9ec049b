using Microsoft.Extensions.Logging;

namespace Flickr.Fleet.Streaming;

/// <summary>
/// Log lines of the stream; they appear in the log of the program that follows it (Edge, 1900s).
/// </summary>
internal static partial class StreamLog
{
    [LoggerMessage(1900, LogLevel.Information, "Following {Address} from sequence {Sequence}, term {Term}")]
    public static partial void Following(this ILogger logger, string address, long sequence, long term);

    [LoggerMessage(1901, LogLevel.Warning, "Lost the control plane {Address}: {Problem}. Next try in {Wait}")]
    public static partial void Lost(this ILogger logger, string address, string problem, TimeSpan wait);

    [LoggerMessage(1902, LogLevel.Error, "Refusing the control plane {Address}: {Problem}")]
    public static partial void Refused(this ILogger logger, string address, string problem);

    [LoggerMessage(1903, LogLevel.Critical,
        "The horizon journal takes no more writes; invalidations are no longer followed. Private content stops at the bound")]
    public static partial void JournalFailed(this ILogger logger, Exception fault);

    [LoggerMessage(1904, LogLevel.Warning, "This node's clock differs from the control plane's by {Offset}")]
    public static partial void ClockDiffers(this ILogger logger, TimeSpan offset);

    [LoggerMessage(1905, LogLevel.Warning, "Acknowledging to {Address} failed: {Problem}")]
    public static partial void AcknowledgeFailed(this ILogger logger, string address, string problem);
}
