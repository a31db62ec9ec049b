using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Flickr.Edge.Collapse;
using Flickr.Edge.Fetch;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>The connections to one replica, and the exchange of requests and heads on them. Thread-safe.</summary>
internal sealed class WirePool : IDisposable
{
    /// <summary>Interim answers before one head; more is a flood.</summary>
    private const int InterimsMax = 16;

    // So that a name's new address is seen.
    private static readonly TimeSpan LifetimeMax = TimeSpan.FromMinutes(5);

    private readonly ConcurrentStack<WireConnection> _idle = new();
    private readonly SemaphoreSlim _slots;
    private readonly EndPoint _address;
    private readonly FetchOptions _options;
    private readonly TimeProvider _time;
    private volatile bool _isDisposed;

    /// <param name="address">Address of the replica, <c>http://host:port</c>.</param>
    /// <param name="options">Deadlines and limits.</param>
    /// <param name="time">The clock.</param>
    public WirePool(Uri address, FetchOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Authority = address.Authority;
        _address = IPAddress.TryParse(address.DnsSafeHost, out var ip)
            ? new IPEndPoint(ip, address.Port) : new DnsEndPoint(address.DnsSafeHost, address.Port);
        _slots = new SemaphoreSlim(options.ConnectionsMax);
    }

    /// <summary>Host and port as <c>Host</c> says them.</summary>
    public string Authority { get; }

    /// <summary>Asks, and waits for the head. A request that may be repeated is, once, when a connection that had
    /// been idle turns out to be closed.</summary>
    /// <exception cref="OperationCanceledException">It was not waited for any longer.</exception>
    /// <exception cref="BadHttpRequestException">The request's own content is broken.</exception>
    public async ValueTask<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        while (true)
        {
            WireConnection connection;
            try
            {
                connection = TakeIdle() ?? await ConnectAsync(cancellationToken);
            }
            catch (Exception exception)
            {
                _slots.Release();
                if (exception is SocketException
                    || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    return new UpstreamResult(null, FillFault.Connect);
                }
                throw;
            }
            var wasReused = connection.IsReused;
            var result = await ExchangeAsync(connection, request, cancellationToken);
            if (result.Answer is not null || result.Fault != FillFault.Reset || !wasReused || !request.MayRepeat)
            {
                return result;
            }
            await _slots.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes a connection back.</summary>
    public void Return(WireConnection connection, bool isReusable)
    {
        if (isReusable && !_isDisposed)
        {
            connection.Rest();
            connection.IdleSince = _time.GetTimestamp();
            _idle.Push(connection);
            if (_isDisposed)
            {
                CloseIdle(TimeSpan.MinValue);
            }
        }
        else
        {
            connection.Dispose();
        }
        _slots.Release();
    }

    /// <summary>Closes what has been idle for too long.</summary>
    public void Sweep() => CloseIdle(_options.IdleTimeout);

    public void Dispose()
    {
        _isDisposed = true;
        CloseIdle(TimeSpan.MinValue);
    }

    private void CloseIdle(TimeSpan longest)
    {
        var all = new WireConnection[Math.Max(16, _idle.Count)];
        var count = _idle.TryPopRange(all);
        for (var i = count - 1; i >= 0; i--) // the last one was idle longest: in this order the stack is as before
        {
            if (_time.GetElapsedTime(all[i].IdleSince) > longest)
            {
                all[i].Dispose();
            }
            else
            {
                _idle.Push(all[i]);
            }
        }
    }

    private WireConnection? TakeIdle()
    {
        while (_idle.TryPop(out var connection))
        {
            if (_time.GetElapsedTime(connection.IdleSince) < _options.IdleTimeout
                && _time.GetElapsedTime(connection.ConnectedAt) < LifetimeMax && !connection.IsSpoilt)
            {
                return connection;
            }
            connection.Dispose();
        }
        return null;
    }

    private async ValueTask<WireConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        return await WireConnection.ConnectAsync(_address, _time, either.Token);
    }

    private async ValueTask<UpstreamResult> ExchangeAsync(WireConnection connection, UpstreamRequest request,
        CancellationToken cancellationToken)
    {
        WireContent? content = null;
        var fault = FillFault.Reset;
        var isTaken = false;
        try
        {
            content = await WireContent.SendAsync(connection, request, cancellationToken);
            (var head, fault) = await ReadHeadAsync(connection, request, cancellationToken);
            if (head is null)
            {
                return new UpstreamResult(null, fault);
            }
            isTaken = true;
            connection.IsReused = true;
            return new UpstreamResult(new WireAnswer(this, connection, head, content)
            {
                Status = head.Status,
                Fields = head.Fields,
                Length = head.Length,
                HasKnownEnd = head.Framing != BodyFraming.UntilClose,
            }, FillFault.None);
        }
        catch (InvalidDataException)
        {
            return new UpstreamResult(null, FillFault.Malformed);
        }
        catch (Exception exception) when (exception is SocketException
            || (exception is IOException and not BadHttpRequestException))
        {
            return new UpstreamResult(null, connection.Arrived.IsEmpty ? fault : FillFault.Malformed);
        }
        finally
        {
            if (!isTaken)
            {
                content?.Dispose();
                Return(connection, isReusable: false);
            }
        }
    }

    private static async ValueTask<(AnswerHead? Head, FillFault Fault)> ReadHeadAsync(
        WireConnection connection, UpstreamRequest request, CancellationToken cancellationToken)
    {
        var isToHead = HttpMethods.IsHead(request.Method);
        var interims = 0;
        var scanned = 0;
        while (true)
        {
            // Read when a head may have ended, and at the first bytes: else a dripping upstream would have what has
            // arrived read over and over.
            if (scanned == 0 || HasHeadEnd(connection.Arrived, scanned))
            {
                switch (AnswerHeadReader.Read(connection.Arrived, isToHead, out var head, out var used))
                {
                    case HeadReading.Malformed:
                        return (null, FillFault.Malformed);
                    case HeadReading.Whole:
                        connection.Skip(used);
                        if (head!.Status >= 200)
                        {
                            return (head, FillFault.None);
                        }
                        if (head.Status == 101 || ++interims > InterimsMax)
                        {
                            return (null, FillFault.Malformed);
                        }
                        if (head.Status > 101 && request.OnInterim is { } told)
                        {
                            await told(new InterimAnswer(head.Status, HopByHop.Strip(head.Fields)));
                        }
                        scanned = 0;
                        continue;
                }
            }
            scanned = connection.Arrived.Length;
            if (!await connection.ArriveAsync(cancellationToken))
            {
                return (null, scanned == 0 ? FillFault.Reset : FillFault.Malformed);
            }
        }
    }

    private static bool HasHeadEnd(ReadOnlySpan<byte> arrived, int scanned)
    {
        var news = arrived[Math.Max(0, scanned - 3)..];
        return news.IndexOf("\n\r\n"u8) >= 0 || news.IndexOf("\n\n"u8) >= 0;
    }
}
