using System.Net;
using System.Net.Sockets;

namespace Flickr.ControlPlane.Tests;

/// <summary>
/// A TCP relay on loopback that can cut every connection and refuse new ones: the network between edge and
/// control plane.
/// </summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _relaying = new();
    private readonly List<Socket> _sockets = [];
    private readonly Task _accepting;
    private volatile IPEndPoint _target;
    private bool _isCut;

    public CuttableProxy(string target)
    {
        _target = IPEndPoint.Parse(new Uri(target).Authority);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Cut()
    {
        lock (_relaying)
        {
            _isCut = true;
            foreach (var socket in _sockets)
            {
                socket.Close(0);
            }
            _sockets.Clear();
        }
    }

    /// <summary>Lets connections through again, to a successor.</summary>
    public void Mend(string target)
    {
        _target = IPEndPoint.Parse(new Uri(target).Authority);
        Mend();
    }

    public void Mend()
    {
        lock (_relaying)
        {
            _isCut = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptSocketAsync(_stop.Token);
            var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            lock (_relaying)
            {
                if (_isCut)
                {
                    client.Close(0);
                    continue;
                }
                _sockets.Add(client);
                _sockets.Add(server);
            }
            _ = RelayAsync(client, server);
        }
    }

    private async Task RelayAsync(Socket client, Socket server)
    {
        try
        {
            await server.ConnectAsync(_target, _stop.Token);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        finally
        {
            client.Close(0);
            server.Close(0);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 << 10];
        int count;
        while ((count = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
        {
            await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
