using Flickr.Edge.Fetch;

namespace Flickr.Edge.Peers;

/// <summary>What this edge knows of another one from its own asks. Thread-safe.</summary>
internal sealed class PeerState(TimeProvider time)
{
    private long _restsUntil = long.MinValue;

    /// <summary>Asks on their way.</summary>
    public ReplicaLoad Load { get; } = new();

    /// <summary>Whether it failed a moment ago and is not to be asked.</summary>
    public bool IsResting => time.GetTimestamp() < Volatile.Read(ref _restsUntil);

    /// <summary>It failed or was slow.</summary>
    public void Rest(TimeSpan length) => Volatile.Write(ref _restsUntil,
        time.GetTimestamp() + (long)(length.TotalSeconds * time.TimestampFrequency));

    /// <summary>It answered.</summary>
    public void Answered() => Volatile.Write(ref _restsUntil, long.MinValue);
}
