using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flickr.Load.Drill;

/// <summary>
/// The drill's origin: raw sockets, so that it can trickle, lie about lengths and die. Two replicas (ports) of one
/// content; <see cref="Scripts"/> says what each path does. It keeps every fetch it saw with its times.
/// </summary>
internal sealed class ScriptedOrigin : IAsyncDisposable
{
    private const int HeadBytesMax = 32 * 1024;

    private readonly TcpListener[] _listeners = [new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0)];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fetch>> _fetches = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];

    private ScriptedOrigin()
    {
    }

    /// <summary>Ports of the two replicas.</summary>
    public int[] Ports => [.. _listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];

    public static ScriptedOrigin Start()
    {
        var origin = new ScriptedOrigin();
        for (var replica = 0; replica < origin._listeners.Length; replica++)
        {
            origin._listeners[replica].Start(backlog: 1024);
            origin._loops.Add(origin.AcceptAsync(replica));
        }
        return origin;
    }

    /// <summary>What was asked for <paramref name="path"/> so far, in order of arrival.</summary>
    public Fetch[] FetchesOf(string path) =>
        _fetches.TryGetValue(path, out var seen) ? [.. seen] : [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var listener in _listeners)
        {
            listener.Stop();
        }
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }

    private async Task AcceptAsync(int replica)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listeners[replica].AcceptSocketAsync(_stop.Token);
                _ = ServeAsync(socket, replica);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                return; // the drill is over
            }
        }
    }

    private async Task ServeAsync(Socket socket, int replica)
    {
        using var closing = socket;
        socket.NoDelay = true;
        var buffer = new byte[HeadBytesMax];
        var held = 0;
        try
        {
            while (true)
            {
                int end;
                while ((end = buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8)) < 0)
                {
                    var got = await socket.ReceiveAsync(buffer.AsMemory(held), _stop.Token);
                    if (got == 0)
                    {
                        return;
                    }
                    held += got;
                }
                var fetch = Read(Encoding.Latin1.GetString(buffer, 0, end), replica);
                buffer.AsSpan(end + 4, held - end - 4).CopyTo(buffer);
                held -= end + 4;
                if (!await Scripts.PlayAsync(fetch, socket, _stop.Token))
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            return; // the server under test hung up, or the drill is over
        }
    }

    private Fetch Read(string head, int replica)
    {
        var lines = head.Split("\r\n");
        var path = lines[0].Split(' ')[1];
        path = path.StartsWith("http://", StringComparison.Ordinal) ? new Uri(path).AbsolutePath : path;
        var fields = lines.Skip(1).Select(line => line.Split(": ", 2)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var seen = _fetches.GetOrAdd(path, _ => new ConcurrentQueue<Fetch>());
        var fetch = new Fetch(path, replica, seen.Count, Stopwatch.GetTimestamp(), fields["Range"].FirstOrDefault(),
            fields["If-Range"].FirstOrDefault(), fields["If-None-Match"].FirstOrDefault());
        seen.Enqueue(fetch);
        return fetch;
    }
}

/// <summary>One request that reached the origin.</summary>
/// <param name="Path">Without query.</param>
/// <param name="Replica">0 or 1.</param>
/// <param name="Number">How many came before for this path.</param>
/// <param name="ArrivedAt">Stopwatch ticks.</param>
/// <param name="Range">The field, or null.</param>
/// <param name="IfRange">The field, or null.</param>
/// <param name="IfNoneMatch">The field, or null.</param>
internal sealed record Fetch(string Path, int Replica, int Number, long ArrivedAt, string? Range, string? IfRange, string? IfNoneMatch)
{
    /// <summary>When the head went out, in stopwatch ticks; 0: not yet.</summary>
    public long HeadSentAt { get; set; }
}
