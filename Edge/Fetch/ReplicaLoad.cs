namespace Flickr.Edge.Fetch;

/// <summary>What is known of one replica from our own requests. Thread-safe.</summary>
internal sealed class ReplicaLoad
{
    private int _inFlight;
    private int _failuresInRow;

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>A request failed; returns how many did in a row.</summary>
    public int Failed() => Interlocked.Increment(ref _failuresInRow);

    /// <summary>A request was answered; returns whether failures had been counted before.</summary>
    public bool Answered() => Interlocked.Exchange(ref _failuresInRow, 0) > 0;
}
