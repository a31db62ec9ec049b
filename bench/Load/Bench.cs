using System.Diagnostics;
using System.Text.Json;
using Flickr.Load.Drill;
using Flickr.Load.Peers;
using Flickr.Load.Policies;
using Flickr.Load.Questions;
using Spectre.Console;

namespace Flickr.Load;

/// <summary>
/// Load benches beside other servers: <c>dotnet run -c Release --project bench/Load -- QUESTION</c> with the options of
/// <see cref="BenchOptions.Usage"/>. Loopback only, bounded in time; servers on processor 0, the
/// generator and the origin on processor 1.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal static class Bench
{
    private const int ServerProcessor = 0;
    private const int GeneratorProcessor = 1;

    private static async Task<int> Main(string[] args)
    {
        var options = BenchOptions.Parse(args, out var complaint);
        if (options is null)
        {
            Console.Error.WriteLine(complaint);
            return 2;
        }
        Process.GetCurrentProcess().ProcessorAffinity = 1 << GeneratorProcessor;
        switch (options.Question)
        {
            case "drill":
                return await DrillAsync(options);
            case "hitratio":
                HitRatioQuestion.Run(Console.Out);
                return 0;
            case "restart":
                await RestartQuestion.RunAsync(options.Objects, Console.Out);
                return 0;
            default:
                return await AskAsync(options);
        }
    }

    private static async Task<int> DrillAsync(BenchOptions options)
    {
        await using var origin = ScriptedOrigin.Start();
        var ports = origin.Ports;
        var peers = StartAll(options, name => new PeerOrder(name, ports[0], ServerProcessor) { SecondOriginPort = ports[1], IsDrill = true });
        try
        {
            var cells = await DrillQuestion.AskAsync(peers, origin, options.Rounds);
            return DrillReport.Print(peers, cells, options.Json) ? 0 : 1;
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    private static async Task<int> AskAsync(BenchOptions options)
    {
        await using var origin = await BenchOrigin.StartAsync();
        var settings = options.Question == "soak" ? SoakQuestion.Settings : [];
        var peers = StartAll(options, name => new PeerOrder(name, origin.Port, ServerProcessor) { Settings = settings });
        try
        {
            switch (options.Question)
            {
                case "promises" or "latency":
                    return PromisesReport.Print(options, peers) ? 0 : 1;
                case "soak":
                    var seen = await SoakQuestion.AskAsync(peers[0], options.Soak);
                    Print(options, $"soak: {seen.Minutes:0.0} minutes, {seen.Requests} requests", [seen],
                        ["MiB warm", "MiB end", "lane hits", "evictions", "failures", "checksum misses", "leases left", "slow answers left", "good"],
                        row => [$"{row.ResidentStart >> 20}", $"{row.ResidentEnd >> 20}", $"{row.LaneHits:0}", $"{row.Evictions:0}", $"{row.Failures}",
                            $"{row.ChecksumMisses}", $"{row.Leases}", $"{row.SlowAnswers}", row.IsGood ? "yes" : "no"]);
                    return seen.IsGood ? 0 : 1;
                default:
                    Ask(options, peers, origin);
                    return 0;
            }
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    private static List<Peer> StartAll(BenchOptions options, Func<string, PeerOrder> order)
    {
        var peers = new List<Peer>();
        foreach (var name in options.Peers)
        {
            if (Line.Start(order(name)) is { } peer)
            {
                peers.Add(peer);
            }
            else
            {
                Console.Error.WriteLine($"{name}: not installed, left out");
            }
        }
        return peers;
    }

    private static void Ask(BenchOptions options, List<Peer> peers, BenchOrigin origin)
    {
        switch (options.Question)
        {
            case "storm":
                Print(options, "storm: 200 clients, one cold 2 MB object, origin 200 ms", StormQuestion.Ask(peers, origin, options.Rounds),
                    ["server", "origin fetches (most)", "median ms", "p99 ms"],
                    row => [row.Name, $"{row.OriginFetches}", $"{row.MedianMilliseconds:0}", $"{row.P99Milliseconds:0}"]);
                return;
            case "memory":
                Print(options, $"memory: {MemoryQuestion.Shape.Name}", MemoryQuestion.Ask(peers),
                    ["server", "version", "empty MiB", "full MiB", "bytes a byte"],
                    row => [row.Name, row.Version, $"{row.EmptyBytes >> 20}", $"{row.FullBytes >> 20}", $"{row.Ratio:0.00}"]);
                return;
            case "miss":
                Rates(options, "miss", HitsQuestion.Pass, peers);
                return;
            default:
                foreach (var shape in HitsQuestion.Shapes.Where(shape => options.Shape is null || options.Shape == shape.Name))
                {
                    Rates(options, "hits", shape, peers);
                }
                return;
        }
    }

    private static void Rates(BenchOptions options, string question, HitsQuestion.Shape shape, List<Peer> peers)
    {
        var rows = HitsQuestion.Ask(peers, shape, options.Rounds, options.Each);
        Print(options, $"{question}: {shape.Name}, {shape.Connections} connections, {options.Rounds} rounds of {options.Each.TotalSeconds} s in turns", rows,
            ["server", "version", "requests/s", "least–most", "CPU µs/request", "p99 ms", $"{rows[0].Name} is"],
            row => [row.Name, row.Version, $"{row.Median:0}", $"{row.Least:0}–{row.Most:0}", $"{row.ProcessorMicroseconds:0.0}", $"{row.P99Milliseconds:0.00}", $"{rows[0].RatioTo(row):0.00} ×"]);
    }

    internal static void Print<T>(BenchOptions options, string title, IReadOnlyList<T> rows, string[] heads, Func<T, string[]> cells)
    {
        if (options.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { title, rows = rows.Select(row => heads.Zip(cells(row)).ToDictionary(pair => pair.First, pair => pair.Second)) }));
            return;
        }
        var table = new Table().Title(title).Border(TableBorder.Simple);
        foreach (var head in heads)
        {
            table.AddColumn(head);
        }
        foreach (var row in rows)
        {
            table.AddRow([.. cells(row).Select(Markup.Escape)]);
        }
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, DrillReport.TableWidth);
        AnsiConsole.Write(table);
    }
}
