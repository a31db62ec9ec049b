namespace Flickr.Photos;

/// <summary>Every log message of the program; event ids 4000 to 4999.</summary>
internal static partial class PhotosLog
{
    [LoggerMessage(4001, LogLevel.Information, "Photos is up, data in {Folder}")]
    public static partial void Up(ILogger log, string folder);

    [LoggerMessage(4010, LogLevel.Warning, "An image worker was lost on the content {Digest}")]
    public static partial void WorkerLost(ILogger log, string digest);

    [LoggerMessage(4011, LogLevel.Warning, "The image workers could not be started")]
    public static partial void WorkersNotStarted(ILogger log, Exception fault);

    [LoggerMessage(4020, LogLevel.Error, "The saga loop failed and goes on")]
    public static partial void SagaLoopFailed(ILogger log, Exception fault);

    [LoggerMessage(4021, LogLevel.Warning, "{Topic} of saga {SagaId} failed at attempt {Attempt}: {Fault}: {Text}")]
    public static partial void SagaStepFailed(ILogger log, string topic, string sagaId, long attempt, string fault, string text);

    [LoggerMessage(4022, LogLevel.Error, "{Topic} of saga {SagaId} went to the dead letters: {Reason}")]
    public static partial void SagaMessageBuried(ILogger log, string topic, string sagaId, string reason);

    [LoggerMessage(4030, LogLevel.Warning, "The control plane did not give keys: {Text}")]
    public static partial void NoMintKeys(ILogger log, string text);

    [LoggerMessage(4031, LogLevel.Warning, "Storage node {Address} failed: {Text}")]
    public static partial void OriginFailed(ILogger log, string address, string text);

    [LoggerMessage(4050, LogLevel.Error, "Photos published earlier could not be made searchable; tried again in a while")]
    public static partial void SearchBackfillFailed(ILogger log, Exception fault);

    [LoggerMessage(4051, LogLevel.Error, "The collector of unused bytes failed; tried again at its next turn")]
    public static partial void CollectorFailed(ILogger log, Exception fault);

    [LoggerMessage(4040, LogLevel.Error, "A request ended in an unexpected fault")]
    public static partial void RequestFailed(ILogger log, Exception fault);
}
