using System.Net;
using System.Net.Sockets;

namespace Flickr.Origin.Tests.Uploads;

/// <summary>
/// A line between a client and a node that is cut again and again: each connection carries a number of bytes towards the node and
/// then breaks, until all cuts are used up. Counts the bytes the client sent.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _target;
    private readonly Queue<long> _cuts;
    private readonly Task _accepting;
    private long _sent;
    private int _done;

    public CuttingProxy(string target, IEnumerable<long> cuts)
    {
        _target = new Uri(target);
        _cuts = new Queue<long>(cuts);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Bytes that came from the client, headers among them.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public int CutsDone => Volatile.Read(ref _done);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await ((Task)_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptSocketAsync();
            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var left = client;
        using var right = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await right.ConnectAsync(_target.Host, _target.Port);
            var back = PumpAsync(right, left, null);
            var forth = PumpAsync(left, right, this);
            await await Task.WhenAny(back, forth);
        }
        catch (SocketException)
        {
            return;
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, CuttingProxy? counting)
    {
        var chunk = new byte[64 << 10];
        long carried = 0;
        int read;
        while ((read = await from.ReceiveAsync(chunk)) > 0)
        {
            carried += read;
            if (counting is not null)
            {
                Interlocked.Add(ref counting._sent, read);
            }
            for (var done = 0; done < read;)
            {
                done += await to.SendAsync(chunk.AsMemory(done, read - done));
            }
            if (counting is not null && counting.IsCutAt(carried))
            {
                return;
            }
        }
    }

    private bool IsCutAt(long carried)
    {
        lock (_cuts)
        {
            if (_cuts.Count == 0 || carried < _cuts.Peek())
            {
                return false;
            }
            _cuts.Dequeue();
            _done++;
            return true;
        }
    }
}
