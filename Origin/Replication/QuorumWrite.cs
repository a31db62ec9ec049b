using Flickr.Origin.Needles;

namespace Flickr.Origin.Replication;

/// <summary>
/// Counts the answers of one write and says as early as it is sure what became of it. The stragglers go on; their answers
/// are noted and change nothing for the caller. Thread-safe.
/// </summary>
internal sealed class QuorumWrite(int answersDue, int quorum)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<WriteOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _answersDue = answersDue;
    private int _durable;
    private int _existed;
    private int _older;
    private int _full;

    public Task<WriteOutcome> Outcome => _outcome.Task;

    /// <summary>One answer, or null for a node that gave none.</summary>
    /// <param name="verdict">What the node said.</param>
    /// <param name="counts">Whether a durable answer of this node counts towards the quorum.</param>
    public void Note(StoreVerdict? verdict, bool counts = true)
    {
        lock (_gate)
        {
            _answersDue--;
            switch (verdict)
            {
                case StoreVerdict.Stored or StoreVerdict.Existed when counts:
                    _durable++;
                    _existed += verdict == StoreVerdict.Existed ? 1 : 0;
                    break;
                case StoreVerdict.Older:
                    _older++;
                    break;
                case StoreVerdict.Full:
                    _full++;
                    break;
            }
            if (_durable >= quorum)
            {
                _outcome.TrySetResult(_existed >= quorum ? WriteOutcome.Existed : WriteOutcome.Stored);
            }
            else if (_answersDue == 0)
            {
                _outcome.TrySetResult(_older > 0 ? WriteOutcome.Older
                    : _full > 0 ? WriteOutcome.Full
                    : WriteOutcome.Unavailable);
            }
        }
    }
}

/// <summary>What the cluster did with a write.</summary>
internal enum WriteOutcome
{
    /// <summary>Durable on enough nodes.</summary>
    Stored,

    /// <summary>Durable on enough nodes; it was there before.</summary>
    Existed,

    /// <summary>A later generation is known.</summary>
    Older,

    /// <summary>Too few nodes have room.</summary>
    Full,

    /// <summary>Too few nodes answered; trying again is safe.</summary>
    Unavailable,

    /// <summary>The blob that a link should point at is not there.</summary>
    BlobMissing,
}
