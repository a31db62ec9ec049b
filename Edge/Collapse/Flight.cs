using Flickr.Edge.Cache;

namespace Flickr.Edge.Collapse;

/// <summary>
/// One fill on its way, and those who wait for it. It belongs to none of them: a caller that leaves only
/// stops waiting. Thread-safe.
/// </summary>
internal sealed class Flight(CacheKey key, long fillSequence, long startedAt)
{
    private readonly TaskCompletionSource<Landing> _landing = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private FlightBody? _body;
    private int _waiting = 1; // whoever made it

    public CacheKey Key { get; } = key;

    /// <summary>The invalidation sequence, read before the upstream is asked.</summary>
    public long FillSequence { get; private set; } = fillSequence;

    /// <summary>Timestamp of its start.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>Completes when the head is known. Never faults.</summary>
    public Task<Landing> Landed => _landing.Task;

    /// <summary>Callers that wait for the head or read the body.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>
    /// The answer comes from another edge that filled earlier: what is stored counts as filled then. Before landing.
    /// </summary>
    public void Lower(long fillSequence) => FillSequence = Math.Min(FillSequence, fillSequence);

    /// <summary>Says what the fill came to; only the first word counts.</summary>
    public bool TryLand(Landing landing) => _landing.TrySetResult(landing);

    /// <summary>
    /// Takes the fill's hold on its body over: whoever has entered can still read it when the fill has ended.
    /// </summary>
    public void Own(FlightBody body) => _body = body;

    /// <summary>One more waits. False: the last one has left, there is nothing here any more.</summary>
    public bool TryEnter()
    {
        for (var waiting = Waiting; waiting > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _waiting, waiting + 1, waiting);
            if (seen == waiting)
            {
                return true;
            }
            waiting = seen;
        }
        return false;
    }

    /// <summary>
    /// One has gone. The last one frees the body, or an uncacheable answer that nobody took.
    /// </summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) > 0)
        {
            return;
        }
        _body?.Dispose();
        if (Landed.IsCompletedSuccessfully)
        {
            Landed.Result.Claim()?.Dispose();
        }
    }
}
