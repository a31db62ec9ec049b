using Flickr.Load.Peers;

namespace Flickr.Load.Questions;

/// <summary>Prints the promises: rates of each shape, then promise, measured ratio and whether it is kept.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal static class PromisesReport
{
    /// <summary>True when every promise that was measured is kept.</summary>
    public static bool Print(BenchOptions options, List<Peer> peers)
    {
        var isLatencyAlone = options.Question == "latency";
        var only = isLatencyAlone ? options.Shape ?? Promised.SignedShape : options.Shape;
        var shapes = PromisesQuestion.Ask(peers, only, options.Rounds, options.Each);
        foreach (var seen in shapes)
        {
            Rates(options, seen);
            if (options.Svg is { } folder)
            {
                Console.Error.WriteLine($"drawn: {BarChart.Write(folder, seen)}");
            }
        }
        var promises = isLatencyAlone ? [] : PromisesQuestion.Judge(shapes);
        if (promises.Count > 0)
        {
            Bench.Print(options, $"promises: {peers[0].Name} to each peer, medians of {options.Rounds} rounds of {options.Each.TotalSeconds} s", promises,
                ["hits", "peer", "promised", "measured", "least–most", "kept"],
                row => [row.Promise.Shape, row.Promise.Peer, $"{row.Promise.Ratio:0.00} ×", $"{row.Measured:0.00} ×", $"{row.Least:0.00}–{row.Most:0.00}", row.IsKept ? "yes" : "NO"]);
        }
        var latencies = shapes.Find(seen => seen.Shape.Name == Promised.SignedShape) is { } top
            ? PromisesQuestion.AskLatency(peers, top, options.Each) : [];
        if (latencies.Count > 0)
        {
            Bench.Print(options, $"p99 in an open loop at half of the peer's top rate, {Promised.SignedShape}", latencies,
                ["peer", "requests/s", "ours ms", "peer ms", "kept"],
                row => [row.Peer, $"{row.PerSecond:0}", $"{row.OurMilliseconds:0.00}", $"{row.PeerMilliseconds:0.00}", row.IsKept ? "yes" : "NO"]);
        }
        return promises.TrueForAll(seen => seen.IsKept) && latencies.TrueForAll(seen => seen.IsKept);
    }

    private static void Rates(BenchOptions options, PromisesQuestion.ShapeSeen seen) =>
        Bench.Print(options, $"hits: {seen.Shape.Name}, {seen.Shape.Connections} connections", seen.Rows,
            ["server", "version", "requests/s", "least–most", "CPU µs/request", "p99 ms"],
            row => [row.Name, row.Version, $"{row.Median:0}", $"{row.Least:0}–{row.Most:0}", $"{row.ProcessorMicroseconds:0.0}", $"{row.P99Milliseconds:0.00}"]);
}
