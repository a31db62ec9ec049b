using Flickr.Edge.Collapse;
using Flickr.Edge.Headers;
using Flickr.Edge.Peers;
using Flickr.Edge.Upstream;
using Yarp.ReverseProxy.Model;

namespace Flickr.Edge.Fetch;

/// <summary>
/// One answer of one replica: its head, and its body under deadlines. One reader. Dispose ends it, read out
/// or not.
/// </summary>
internal sealed class Exchange : IDisposable
{
    private readonly UpstreamAnswer _answer;
    private readonly ReplicaLoad _load;
    private readonly FetchOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _deadline;
    private readonly long _startedAt;
    private long _windowStartedAt;
    private long _windowBytes;
    private bool _isDisposed;

    public Exchange(UpstreamAnswer answer, DestinationState replica, ReplicaLoad load,
        FetchOptions options,
        TimeProvider time, DateTimeOffset requestTime)
    {
        (_answer, Replica, _load, _options, _time, RequestTime) = (answer, replica, load, options, time,
            requestTime);
        _deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _startedAt = _windowStartedAt = time.GetTimestamp();
        ResponseTime = time.GetUtcNow();
    }

    /// <summary>The answer of another edge, with the times at which it had asked the origin.</summary>
    public Exchange(UpstreamAnswer answer, ReplicaLoad load, FetchOptions options, TimeProvider time,
        DateTimeOffset requestTime, DateTimeOffset responseTime)
    {
        (_answer, _load, _options, _time) = (answer, load, options, time);
        (RequestTime, ResponseTime) = (requestTime, responseTime);
        _deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _startedAt = _windowStartedAt = time.GetTimestamp();
    }

    /// <summary>The replica that answered; null for another edge.</summary>
    public DestinationState? Replica { get; }

    /// <summary>Set when another edge answered.</summary>
    public PeerOrigin? FromPeer { get; init; }

    public int Status => _answer.Status;

    /// <summary>Fields as received.</summary>
    public HeaderBlock Headers => _answer.Fields;

    /// <summary>Announced length of the body, or null.</summary>
    public long? Length => _answer.Length;

    public DateTimeOffset RequestTime { get; }

    public DateTimeOffset ResponseTime { get; }

    /// <summary>
    /// Whether the end of the body can be told from a broken connection: a length, chunks, HTTP/2 frames, or
    /// no body at all. Without it a cut body looks whole and must never be stored.
    /// </summary>
    public bool HasKnownEnd => _answer.HasKnownEnd;

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    /// <exception cref="FillCutException">The body broke, stood still or came too slowly.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        var left = _options.TotalTimeout - _time.GetElapsedTime(_startedAt);
        if (left <= TimeSpan.Zero)
        {
            throw new FillCutException(FillFault.Stalled);
        }
        _deadline.CancelAfter(left < _options.ProgressTimeout ? left : _options.ProgressTimeout);
        try
        {
            await using var cancel = cancellationToken.UnsafeRegister(
                static deadline => ((CancellationTokenSource)deadline!).Cancel(), _deadline);
            var count = await _answer.ReadAsync(into, _deadline.Token);
            return IsTooSlow(count) ? throw new FillCutException(FillFault.Stalled) : count;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FillCutException(FillFault.Stalled);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw new FillCutException(FillFault.Truncated);
        }
    }

    /// <summary>Ends the exchange. A body that was not read to its end closes its connection.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        _answer.Dispose();
        _deadline.Dispose();
        _load.Leave();
    }

    private bool IsTooSlow(int count)
    {
        _windowBytes += count;
        var elapsed = _time.GetElapsedTime(_windowStartedAt);
        if (count == 0 || elapsed < _options.ProgressTimeout)
        {
            return false;
        }
        var isTooSlow = _windowBytes < _options.BytesPerSecondMin * elapsed.TotalSeconds;
        (_windowBytes, _windowStartedAt) = (0, _time.GetTimestamp());
        return isTooSlow;
    }
}
