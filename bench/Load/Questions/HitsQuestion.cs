using System.Diagnostics;
using System.Text;
using Flickr.Load.Drill;
using Flickr.Load.Generator;
using Flickr.Load.Peers;

namespace Flickr.Load.Questions;

/// <summary>How many cached photos a second does one processor serve? Servers take turns, all warm, all running.</summary>
internal static class HitsQuestion
{
    /// <param name="Name">As <c>--shape</c> takes it.</param>
    /// <param name="Bytes">Of each body.</param>
    /// <param name="Objects">How many different photos.</param>
    /// <param name="Connections">Open at a time.</param>
    internal sealed record Shape(string Name, int Bytes, int Objects, int Connections)
    {
        /// <summary>The album; the origin forbids to store what lies in <c>pass</c>.</summary>
        public string Album { get; init; } = "nature";
    }

    /// <summary>The shape of <c>miss</c>: nothing is stored, every request goes on to the origin.</summary>
    public static readonly Shape Pass = new("20 KB, no-store", 20_000, 2_000, 16) { Album = "pass" };

    public static readonly Shape[] Shapes =
    [
        new("2 KB", 2_000, 1, 64), new("20 KB", 20_000, 1, 64), new("20 KB × 10,000", 20_000, 10_000, 64),
        new("200 KB", 200_000, 1, 64), new("2 MB", 2_000_000, 1, 16), new("8 MB", 8_000_000, 1, 16),
    ];

    public static List<Row> Ask(IReadOnlyList<Peer> peers, Shape shape, int rounds, TimeSpan each)
    {
        foreach (var peer in peers)
        {
            Warm(peer, shape);
            CheckThatSignaturesCount(peer, shape);
        }
        var rows = peers.ToDictionary(peer => peer, peer => new Row(peer.Name, peer.Version));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var peer in peers)
            {
                var before = peer.ProcessorTime;
                var seen = Closed(peer, shape, each);
                if (seen.Failures > 0)
                {
                    throw new InvalidOperationException($"{peer.Name}: {seen.Failures} of {seen.Requests} answers were not 200");
                }
                rows[peer].Add(seen, peer.ProcessorTime - before);
            }
        }
        return [.. peers.Select(peer => rows[peer])];
    }

    internal static byte[][] Requests(Peer peer, Shape shape) => [.. Enumerable.Range(0, shape.Objects).Select(i => Encoding.ASCII.GetBytes(
        $"GET {peer.Sign(Path(shape, i))} HTTP/1.1\r\nHost: 127.0.0.1:{peer.Port}\r\nUser-Agent: bench\r\nAccept: image/*\r\n\r\n"))];

    private static string Path(Shape shape, int index) => $"/{shape.Bytes}/{shape.Album}/thumbnail/{index}.jpg";

    /// <summary>A server that is to check signatures must refuse the bare path, or the bench would measure no check.</summary>
    private static void CheckThatSignaturesCount(Peer peer, Shape shape)
    {
        var path = Path(shape, 0);
        if (peer.Sign(path) != path && DrillClient.AskOnceAsync(peer.Port, path).GetAwaiter().GetResult().Status is not (401 or 403))
        {
            throw new InvalidOperationException($"{peer.Name} gives {path} to everyone");
        }
    }

    /// <summary>Every object once (twice for servers that admit on the second request), then a short run to warm the code.</summary>
    internal static void Warm(Peer peer, Shape shape)
    {
        var requests = Requests(peer, shape);
        using var wire = new Wire(peer.Port);
        var since = Stopwatch.StartNew();
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var request in requests)
            {
                wire.Begin(request);
                while (!wire.Advance())
                {
                    if (since.Elapsed > TimeSpan.FromMinutes(2))
                    {
                        throw new TimeoutException($"{peer.Name} could not be filled with {shape.Name}");
                    }
                    wire.Wait();
                }
            }
        }
        Closed(peer, shape, TimeSpan.FromSeconds(2));
    }

    private static LoadSeen Closed(Peer peer, Shape shape, TimeSpan time)
    {
        try
        {
            return LoadRun.Closed(peer.Port, shape.Connections, time, Requests(peer, shape));
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException($"{peer.Name}: {exception.Message}", exception);
        }
    }
}
