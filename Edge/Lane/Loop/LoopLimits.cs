using Flickr.Listening;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Lane.Loop;

/// <summary>What the loops share: limits, and how much of them is used. Thread-safe.</summary>
internal sealed class LoopLimits(IOptions<ListenerOptions> listener, IOptions<LaneOptions> lane)
{
    /// <summary>Time a connection may be idle between two requests: the server's own limit.</summary>
    public TimeSpan KeepAlive => listener.Value.KeepAlive;

    /// <summary>
    /// Bytes a second that a slow client must take, measured over <see cref="Grace"/>: the server's own limit.
    /// </summary>
    public int BytesPerSecondMin => listener.Value.AnswerBytesPerSecondMin;

    /// <summary>Time in which a client may fall behind.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How long a closed connection waits for its client to close too, so that nothing sent is lost.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    private readonly int _connectionsMax = listener.Value.ConnectionsMax;
    private readonly int _slowMax = lane.Value.SlowAnswersMax;
    private int _connections;
    private int _slow;
    private long _refused;

    /// <summary>Open connections.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Answers of the lane whose client has not taken them whole yet.</summary>
    public int Slow => Volatile.Read(ref _slow);

    /// <summary>Connections closed at once because there were too many.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Whether the lane may begin an answer that could become a slow one.</summary>
    public bool MayBeSlow => Volatile.Read(ref _slow) < _slowMax;

    /// <summary>False: there are too many.</summary>
    public bool TryOpen()
    {
        if (Interlocked.Increment(ref _connections) <= _connectionsMax)
        {
            return true;
        }
        Interlocked.Decrement(ref _connections);
        Interlocked.Increment(ref _refused);
        return false;
    }

    public void Closed() => Interlocked.Decrement(ref _connections);

    public void SlowBegan() => Interlocked.Increment(ref _slow);

    public void SlowEnded() => Interlocked.Decrement(ref _slow);
}
