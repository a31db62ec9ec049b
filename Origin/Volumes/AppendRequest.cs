namespace Flickr.Origin.Volumes;

/// <summary>A record on its way to the log. The task answers once it is durable, or is known not to be.</summary>
internal sealed class AppendRequest(RecordKind kind, Digest key, long generation, Payload payload)
{
    private readonly TaskCompletionSource<AppendOutcome> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecordKind Kind { get; } = kind;

    public Digest Key { get; } = key;

    public long Generation { get; } = generation;

    public Payload Payload { get; } = payload;

    /// <summary>Bytes the record will take.</summary>
    public long RecordBytes { get; } = RecordHeader.RecordBytesOf(payload.Length);

    /// <summary>Where it was written; valid when the outcome is <see cref="AppendOutcome.Stored"/>.</summary>
    public RecordLocation Location { get; set; }

    /// <summary>The header as written.</summary>
    public RecordHeader Header { get; set; }

    public Task<AppendOutcome> Done => _done.Task;

    /// <summary>Deletions may use the reserve: they are what makes room.</summary>
    public bool MayUseReserve => Kind is RecordKind.Tombstone or RecordKind.LinkTombstone or RecordKind.HintDone or RecordKind.LetGo;

    public void Answer(AppendOutcome outcome) => _done.TrySetResult(outcome);
}
