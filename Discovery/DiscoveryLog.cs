namespace Flickr.Discovery;

/// <summary>Log lines of the discovery; event ids from 6000.</summary>
internal static partial class DiscoveryLog
{
    [LoggerMessage(6000, LogLevel.Information, "announced to Consul as {Id} at {Address}")]
    public static partial void Announced(ILogger log, string id, Uri address);

    [LoggerMessage(6001, LogLevel.Warning, "not announced to Consul as {Id}: {Reason}; tried again")]
    public static partial void NotAnnounced(ILogger log, string id, string reason);

    [LoggerMessage(6002, LogLevel.Warning, "Consul may still name {Id}, which stops: {Reason}")]
    public static partial void NotTakenBack(ILogger log, string id, string reason);

    [LoggerMessage(6003, LogLevel.Warning,
        "Consul does not tell of {Service}: {Problem}; the {Known} address(es) last heard stay in use")]
    public static partial void NotHeard(ILogger log, string service, string problem, int known);

    [LoggerMessage(6004, LogLevel.Error,
        "not announced to Consul: this program listens on every address; set Discovery:Consul:{Setting}")]
    public static partial void NowhereToBeReached(ILogger log, string setting);
}
