using System.Buffers;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Collapse;

/// <summary>
/// A thousand waiters of one large object, through real sockets, against an edge in its own process. All but one
/// stop reading early, each at its own place, so that every one of them is slow: the hardest case for memory, since
/// a reader that keeps up holds less.
/// </summary>
public sealed class CrowdMemoryTests(ITestOutputHelper output)
{
    private const int Waiters = 1000;
    private const int ObjectBytes = 100_000_000;
    private const int SlowReadersToTheEnd = 3;
    private const long GrowthMax = 64L << 20;

    [Fact(Explicit = true)] // the collector decides the last megabytes: on a loaded machine it is not below the bound
    public async Task A_thousand_waiters_of_a_hundred_megabytes_take_less_than_64_MB()
    {
        var bytes = CollapseTests.Bytes(1 << 20);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fetches = 0;
        await using var origin = new RawServer(async connection =>
        {
            if (connection.Head.StartsWith("GET /warm", StringComparison.Ordinal))
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 1\r\n\r\nx");
                return;
            }
            Interlocked.Increment(ref fetches);
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nETag: \"x\"\r\n"
                + $"Content-Length: {ObjectBytes}\r\n\r\n");
            await gate.Task;
            for (var left = ObjectBytes; left > 0; left -= bytes.Length)
            {
                await connection.WriteAsync(bytes.AsMemory(0, Math.Min(left, bytes.Length)));
            }
        });
        using var edge = await EdgeProcess.StartAsync(origin.Address);
        await WarmAsync(edge);
        var before = edge.OwnBytes;
        var waiters = new List<Reader>();
        for (var i = 0; i < Waiters; i++)
        {
            waiters.Add(await Reader.AskAsync(edge.Port, "/large"));
        }
        var most = 0L;
        using var stop = new CancellationTokenSource();
        var watching = WatchAsync(edge, seen => most = Math.Max(most, seen), stop.Token);

        using var admin = EdgeServer.NewClient(edge.AdminAddress);
        await Until.TrueAsync(async () => (await admin.GetStringAsync("/metrics")).Contains(
            $"flickr_edge_collapsed_total {Waiters - 1}\n", StringComparison.Ordinal));
        var waiting = edge.OwnBytes;
        gate.SetResult();
        var fast = waiters[0].ReadAsync(long.MaxValue);
        var slow = waiters.Skip(1).Take(SlowReadersToTheEnd).Select(waiter => waiter.DripAsync(fast)).ToArray();
        await Task.WhenAll(waiters.Skip(1 + SlowReadersToTheEnd)
            .Select((waiter, number) => waiter.ReadAsync(10_000 + (number * 1000))));
        await fast;
        var stalled = edge.OwnBytes;
        await Task.WhenAll(slow);
        await stop.CancelAsync();
        await watching;

        output.WriteLine($"before {before >> 20} MiB, with all waiting {waiting >> 20} MiB, with all stalled {stalled >> 20} MiB, most {most >> 20} MiB");
        Assert.Equal(1, fetches);
        Assert.All(waiters.Take(1 + SlowReadersToTheEnd), reader =>
            Assert.Equal((ObjectBytes, waiters[0].Hash), (reader.BodyBytes, reader.Hash)));
        Assert.InRange(most - before, 0, GrowthMax);
        waiters.ForEach(waiter => waiter.Dispose());
    }

    /// <summary>The code that is asked for is compiled, and some connections have come and gone.</summary>
    private static async Task WarmAsync(EdgeProcess edge)
    {
        using var client = EdgeServer.NewClient($"http://127.0.0.1:{edge.Port}");
        for (var i = 0; i < 500; i++)
        {
            await client.GetStringAsync($"/warm/{i}");
        }
    }

    private static async Task WatchAsync(EdgeProcess edge, Action<long> see, CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!cancellationToken.IsCancellationRequested)
        {
            see(edge.OwnBytes);
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>A client that reads as much as it is told, and counts and hashes the body.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
        private readonly XxHash3 _hash = new();
        private bool _isBody;

        public long BodyBytes { get; private set; }

        public string Hash => Convert.ToHexString(_hash.GetCurrentHash());

        public static async Task<Reader> AskAsync(int port, string target)
        {
            var reader = new Reader();
            await reader._socket.ConnectAsync(IPAddress.Loopback, port);
            await reader._socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(
                $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            return reader;
        }

        /// <summary>Reads until there are so many bytes of the body, or to the end.</summary>
        public async Task ReadAsync(long most)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            int count;
            while (BodyBytes < most
                && (count = await _socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, patience.Token)) > 0)
            {
                // The head comes in one piece with the first bytes: it is small, and sent at once.
                var from = _isBody ? 0 : buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8) + 4;
                _isBody = true;
                _hash.Append(buffer.AsSpan(from, count - from));
                BodyBytes += count - from;
            }
            ArrayPool<byte>.Shared.Return(buffer);
        }

        /// <summary>Reads a little at a time until the other is done, then to the end.</summary>
        public async Task DripAsync(Task other)
        {
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (!other.IsCompleted)
            {
                await ReadAsync(BodyBytes + 10_000);
                await tick.WaitForNextTickAsync(CancellationToken.None);
            }
            await ReadAsync(long.MaxValue);
        }

        public void Dispose() => _socket.Dispose();
    }
}
