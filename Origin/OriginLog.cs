namespace Flickr.Origin;

/// <summary>Log messages of an origin node; event ids 2000–2999.</summary>
internal static partial class OriginLog
{
    [LoggerMessage(2000, LogLevel.Information, "Node {Node} holds {Blobs} blobs and {Links} links in {Volumes} volumes")]
    public static partial void Opened(ILogger log, string node, int blobs, int links, int volumes);

    [LoggerMessage(2001, LogLevel.Warning,
        "Volume {Volume}: cut from {Length} to {End} bytes; what lay behind was never acknowledged")]
    public static partial void TailCut(ILogger log, int volume, long end, long length);

    [LoggerMessage(2002, LogLevel.Error, "Volume {Volume}: the record at {Offset} is damaged and not served")]
    public static partial void RecordDamaged(ILogger log, int volume, long offset);

    [LoggerMessage(2003, LogLevel.Error, "{File} has a damaged superblock and is left alone")]
    public static partial void SuperblockDamaged(ILogger log, string file);

    [LoggerMessage(2004, LogLevel.Warning, "Volume {Volume}: the footer is damaged; the log is read instead")]
    public static partial void FooterDamaged(ILogger log, int volume);

    [LoggerMessage(2005, LogLevel.Critical,
        "The disk failed under volume {Volume}: nothing is acknowledged until the node is started again")]
    public static partial void DiskFailed(ILogger log, Exception error, int volume);

    [LoggerMessage(2006, LogLevel.Warning, "Volume {Volume}: the disk is full")]
    public static partial void DiskFull(ILogger log, int volume);

    [LoggerMessage(2007, LogLevel.Information, "Volume {Volume} is sealed at {Bytes} bytes")]
    public static partial void VolumeSealed(ILogger log, int volume, long bytes);

    [LoggerMessage(2008, LogLevel.Information, "Volume {Volume} held nothing alive any more and is deleted")]
    public static partial void VolumeDropped(ILogger log, int volume);

    [LoggerMessage(2009, LogLevel.Warning, "Volume {Volume}: its checkpoint cannot be written; the next start reads more")]
    public static partial void CheckpointFailed(ILogger log, Exception error, int volume);

    [LoggerMessage(2010, LogLevel.Warning,
        "{Nodes} nodes cannot keep {Wanted} copies: {Replicas} copies and a write quorum of {Quorum} are kept")]
    public static partial void FewerReplicas(ILogger log, int nodes, int wanted, int replicas, int quorum);

    [LoggerMessage(2011, LogLevel.Debug, "Node {Node} did not answer: {Reason}")]
    public static partial void PeerFailed(ILogger log, string node, string reason);

    [LoggerMessage(2012, LogLevel.Information, "{Count} records kept for {Node} were handed over")]
    public static partial void HintsHandedOver(ILogger log, int count, string node);

    [LoggerMessage(2013, LogLevel.Error, "A request failed")]
    public static partial void RequestFailed(ILogger log, Exception error);

    [LoggerMessage(2014, LogLevel.Error, "The {Work} work failed and goes on with its next round")]
    public static partial void BackgroundFailed(ILogger log, Exception error, string work);

    [LoggerMessage(2015, LogLevel.Information, "Scrub done: {Records} records, {Damaged} damaged, {Repaired} repaired")]
    public static partial void Scrubbed(ILogger log, long records, long damaged, long repaired);

    [LoggerMessage(2017, LogLevel.Error, "The store behind the node did not answer")]
    public static partial void StoreUnavailable(ILogger log, Exception error);

    [LoggerMessage(2016, LogLevel.Warning, "Origin:Key is empty although {Address} is not loopback: callers on other machines are refused")]
    public static partial void NoKey(ILogger log, string address);
}
