using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flickr.Edge.Tests.Harness;

/// <summary>
/// A server that speaks bytes, for what no HTTP server would do: lie, break off, stand still. One answer a
/// connection.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<RawConnection, Task> _answer;
    private readonly Task _accepting;

    public RawServer(Func<RawConnection, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Request heads as they came.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception exception) when (
                exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
            open.Add(ServeAsync(socket));
        }
        await Task.WhenAll(open);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = new RawConnection(socket, _stop.Token);
        try
        {
            if (await connection.ReadHeadAsync() is { Length: > 0 } head)
            {
                Heads.Enqueue(head);
                await _answer(connection);
            }
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or OperationCanceledException)
        {
            // The other side left; the test looks at what it saw.
            connection.Reset();
        }
    }
}

/// <summary>One connection of a <see cref="RawServer"/>.</summary>
internal sealed class RawConnection(Socket socket, CancellationToken stop) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>The request's head.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Cancelled when the server goes.</summary>
    public CancellationToken Stop => stop;

    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)
            && await _stream.ReadAsync(one, stop) > 0)
        {
            head.Append((char)one[0]);
        }
        return Head = head.ToString();
    }

    public Task WriteAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop).AsTask();

    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, stop).AsTask();

    /// <summary>Closes with a reset, as a crashed machine's kernel would.</summary>
    public void Reset()
    {
        if (socket.Connected)
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        socket.Close();
    }

    public void Dispose() => _stream.Dispose();
}
