namespace Flickr.Listening;

/// <summary>What the listeners say; event ids 9000 to 9099.</summary>
internal static partial class ListenerLog
{
    [LoggerMessage(9000, LogLevel.Information, "New certificates taken; the first ends at {End}")]
    public static partial void CertificatesTaken(this ILogger log, DateTimeOffset end);

    [LoggerMessage(9001, LogLevel.Error, "New certificates refused, the old ones stay: {Fault}")]
    public static partial void CertificatesRefused(this ILogger log, string fault);

    [LoggerMessage(9002, LogLevel.Error, "A certificate has ended at {End}: clients will refuse it")]
    public static partial void CertificateEnded(this ILogger log, DateTimeOffset end);

    [LoggerMessage(9003, LogLevel.Warning, "HTTP/3 is asked for, but this machine has no msquic: HTTP/1.1 and HTTP/2 only")]
    public static partial void NoQuic(this ILogger log);

    [LoggerMessage(9004, LogLevel.Warning, "{Resident} bytes of memory in use, more than {Ceiling}: new requests are turned away")]
    public static partial void Shedding(this ILogger log, long resident, long ceiling);

    [LoggerMessage(9005, LogLevel.Information, "Memory in use is below the ceiling again: {Resident} bytes")]
    public static partial void ShedEnded(this ILogger log, long resident);

    [LoggerMessage(9006, LogLevel.Information, "Room for {Connections} connections, {Descriptors} descriptors")]
    public static partial void Room(this ILogger log, int connections, long descriptors);
}
