using System.Text;
using Flickr.Load.Generator;
using Flickr.Load.Peers;

namespace Flickr.Load.Questions;

/// <summary>Two hundred people ask for one cold photo at once: how often is the origin asked, and how long do they wait?</summary>
internal static class StormQuestion
{
    private const int Clients = 200;
    private const int Bytes = 2_000_000;

    internal sealed record Seen(string Name, long OriginFetches, double MedianMilliseconds, double P99Milliseconds);

    public static List<Seen> Ask(IReadOnlyList<Peer> peers, BenchOrigin origin, int rounds)
    {
        origin.Delay = TimeSpan.FromMilliseconds(200);
        var rows = new List<Seen>();
        foreach (var peer in peers)
        {
            var fetches = new List<long>();
            var latencies = new List<int>();
            for (var round = 0; round < rounds; round++)
            {
                var request = Encoding.ASCII.GetBytes(
                    $"GET {peer.Sign($"/{Bytes}/storm/thumbnail/{Guid.NewGuid():n}.jpg")} HTTP/1.1\r\nHost: 127.0.0.1:{peer.Port}\r\n\r\n");
                var before = origin.Requests;
                latencies.AddRange(Burst(peer.Port, request));
                fetches.Add(origin.Requests - before);
            }
            latencies.Sort();
            rows.Add(new Seen(peer.Name, fetches.Max(), latencies[latencies.Count / 2] / 1000d, latencies[latencies.Count * 99 / 100] / 1000d));
        }
        origin.Delay = TimeSpan.Zero;
        return rows;
    }

    private static List<int> Burst(int port, byte[] request)
    {
        var wires = Enumerable.Range(0, Clients).Select(_ => new Wire(port)).ToArray();
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        foreach (var wire in wires)
        {
            wire.Begin(request);
        }
        var open = wires.ToList();
        var latencies = new List<int>();
        while (open.Count > 0)
        {
            for (var i = open.Count - 1; i >= 0; i--)
            {
                if (open[i].Advance())
                {
                    latencies.Add((int)System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMicroseconds);
                    open.RemoveAt(i);
                }
            }
        }
        foreach (var wire in wires)
        {
            wire.Dispose();
        }
        return latencies;
    }
}
