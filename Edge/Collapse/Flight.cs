using System.Collections.Immutable;
using Flickr.Edge.Cache;
using Flickr.Edge.Upstream;

namespace Flickr.Edge.Collapse;

/// <summary>
/// One fill on its way, and those who wait for it. It belongs to none of them: a caller that leaves only
/// stops waiting. Thread-safe.
/// </summary>
internal sealed class Flight(CacheKey key, long fillSequence, long startedAt)
{
    private readonly TaskCompletionSource<Landing> _landing = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _hearing = new();
    private ImmutableArray<InterimAnswer> _interims = [];
    private TaskCompletionSource? _heard;
    private FlightBody? _body;
    private int _waiting = 1; // whoever made it

    public CacheKey Key { get; } = key;

    /// <summary>The invalidation sequence, read before the upstream is asked.</summary>
    public long FillSequence { get; private set; } = fillSequence;

    /// <summary>Timestamp of its start.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>Completes when the head is known. Never faults.</summary>
    public Task<Landing> Landed => _landing.Task;

    /// <summary>Interim answers so far, in order.</summary>
    public ImmutableArray<InterimAnswer> Interims
    {
        get
        {
            lock (_hearing)
            {
                return _interims;
            }
        }
    }

    /// <summary>Callers that wait for the head or read the body.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>
    /// The answer comes from another edge that filled earlier: what is stored counts as filled then. Before landing.
    /// </summary>
    public void Lower(long fillSequence) => FillSequence = Math.Min(FillSequence, fillSequence);

    /// <summary>Takes an interim answer for those who wait.</summary>
    public ValueTask HearAsync(InterimAnswer interim)
    {
        TaskCompletionSource? heard;
        lock (_hearing)
        {
            _interims = _interims.Add(interim);
            (heard, _heard) = (_heard, null);
        }
        heard?.TrySetResult();
        return ValueTask.CompletedTask;
    }

    /// <summary>Completes when there are more interim answers than so many.</summary>
    public Task MoreThan(int count)
    {
        lock (_hearing)
        {
            if (_interims.Length > count)
            {
                return Task.CompletedTask;
            }
            _heard ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _heard.Task;
        }
    }

    /// <summary>
    /// Ends the flight for all when nobody but the fill itself is there: nobody can enter any more. False:
    /// somebody is.
    /// </summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _waiting, 0, 1) == 1;

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
