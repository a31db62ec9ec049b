using System.Net;
using Flickr.Listening;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Lane.Loop;

/// <summary>What the loops share: limits, and how much of them is used. Thread-safe.</summary>
internal sealed class LoopLimits(ConnectionGuard guard, IOptions<ListenerOptions> listener,
    IOptions<LaneOptions> lane)
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

    private readonly int _slowMax = lane.Value.SlowAnswersMax;
    private int _connections;
    private int _slow;

    /// <summary>Open connections.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Answers of the lane whose client has not taken them whole yet.</summary>
    public int Slow => Volatile.Read(ref _slow);

    /// <summary>Whether the lane may begin an answer that could become a slow one.</summary>
    public bool MayBeSlow => Volatile.Read(ref _slow) < _slowMax;

    /// <summary>The listener's place for a connection; null: there are too many, of all or of this client.</summary>
    public ConnectionPlace? TryOpen(IPEndPoint? client)
    {
        var place = guard.TryTake(client);
        if (place is not null)
        {
            Interlocked.Increment(ref _connections);
        }
        return place;
    }

    public void Closed(ConnectionPlace place)
    {
        Interlocked.Decrement(ref _connections);
        guard.Leave(place);
    }

    public void SlowBegan() => Interlocked.Increment(ref _slow);

    public void SlowEnded() => Interlocked.Decrement(ref _slow);
}
