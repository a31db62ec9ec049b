using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flickr.Drills;

/// <summary>How the origin behaves.</summary>
internal enum OriginMood
{
    /// <summary>Answers as it should.</summary>
    Well,

    /// <summary>Takes the connection and says nothing.</summary>
    Silent,

    /// <summary>A byte now and then.</summary>
    Dripping,

    /// <summary>Promises more than it sends.</summary>
    Cut,

    /// <summary>Something that is no HTTP.</summary>
    Lying,
}

/// <summary>An origin over bare sockets, so that it can be as bad as an origin can be. Counts what it is asked.</summary>
internal sealed class DrillOrigin : IDisposable
{
    private const int BodyBytes = 64 << 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<Socket, byte> _open = new();
    private TcpListener _listener;
    private int _asked;

    public DrillOrigin()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    public int Port { get; }

    public OriginMood Mood { get; set; }

    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Closes the port and what is open on it: connections are refused from now on.</summary>
    public void Die()
    {
        _listener.Stop();
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }
    }

    /// <summary>Opens the same port again.</summary>
    public void Rise()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start(512);
        _ = AcceptAsync(_listener);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptSocketAsync(_stop.Token));
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            return; // stopped
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        _open.TryAdd(socket, 0);
        using (socket)
        {
            try
            {
                var buffer = new byte[16 << 10];
                while (await socket.ReceiveAsync(buffer, _stop.Token) > 0)
                {
                    Interlocked.Increment(ref _asked);
                    if (!await AnswerAsync(socket))
                    {
                        return;
                    }
                }
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return; // the edge has left
            }
            finally
            {
                _open.TryRemove(socket, out _);
            }
        }
    }

    private async Task<bool> AnswerAsync(Socket socket)
    {
        var head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nCache-Control: public, max-age=3600\r\n"
            + $"Content-Length: {BodyBytes}\r\nETag: \"a\"\r\n\r\n");
        switch (Mood)
        {
            case OriginMood.Silent:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                return false;
            case OriginMood.Lying:
                await socket.SendAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(), _stop.Token);
                return false;
            case OriginMood.Dripping:
                await socket.SendAsync(head, _stop.Token);
                while (true)
                {
                    await socket.SendAsync(new byte[1], _stop.Token);
                    await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, _stop.Token);
                }
            case OriginMood.Cut:
                await socket.SendAsync(head, _stop.Token);
                await socket.SendAsync(new byte[BodyBytes / 2], _stop.Token);
                return false;
            default:
                await socket.SendAsync(head, _stop.Token);
                await socket.SendAsync(new byte[BodyBytes], _stop.Token);
                return true;
        }
    }
}
