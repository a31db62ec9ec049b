using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Flickr.Origin.Tests.Replication;

/// <summary>The line from one node to another, which can be pulled out: open connections break, new ones are refused.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly int _target;
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private volatile bool _isOut;

    public Cable(int port, int target)
    {
        (Port, _target) = (port, target);
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    public int Port { get; }

    public void PullOut()
    {
        _isOut = true;
        foreach (var socket in _sockets.Keys)
        {
            socket.Close(0);
        }
    }

    public void PlugIn() => _isOut = false;

    public async ValueTask DisposeAsync()
    {
        PullOut();
        _listener?.Stop();
        _listener = null;
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            var from = await listener.AcceptSocketAsync();
            if (_isOut)
            {
                from.Close(0);
                continue;
            }
            _ = CarryAsync(from);
        }
    }

    private async Task CarryAsync(Socket from)
    {
        using var to = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        from.NoDelay = true;
        (_sockets[from], _sockets[to]) = (0, 0);
        try
        {
            await to.ConnectAsync(IPAddress.Loopback, _target);
            await await Task.WhenAny(PumpAsync(from, to), PumpAsync(to, from));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return;
        }
        finally
        {
            from.Dispose();
            _sockets.TryRemove(from, out _);
            _sockets.TryRemove(to, out _);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var chunk = new byte[16 << 10];
        int read;
        while ((read = await from.ReceiveAsync(chunk)) > 0)
        {
            for (var done = 0; done < read;)
            {
                done += await to.SendAsync(chunk.AsMemory(done, read - done));
            }
        }
    }
}
