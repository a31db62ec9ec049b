using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Flickr.Drills;

/// <summary>The faults of an edge's surroundings, one after the other, each against a process of its own.</summary>
internal static class FaultDrills
{
    public static async Task<IReadOnlyList<DrillRow>> RunAsync() =>
    [
        await OriginAsync("F6 origin refused", OriginMood.Well, isDead: true, [502], TimeSpan.FromSeconds(1)),
        await OriginAsync("F7 silent origin", OriginMood.Silent, isDead: false, [504], TimeSpan.FromSeconds(22)),
        await OriginAsync("F8 dripping origin", OriginMood.Dripping, isDead: false, [0, 502, 504], TimeSpan.FromSeconds(62)),
        await OriginAsync("F9 cut body", OriginMood.Cut, isDead: false, [0, 502], TimeSpan.FromSeconds(30)),
        await OriginAsync("lying origin", OriginMood.Lying, isDead: false, [502], TimeSpan.FromSeconds(5)),
        await StoppedAsync(),
        await ClockAsync("+30d"),
        await ClockAsync("-1h"),
        await DescriptorsAsync(),
        await StampedeAsync(),
        await KilledAsync(),
    ];

    /// <summary>A hit must stay one, a miss must fail within its bound and never be kept, and the origin's return be noticed.</summary>
    private static async Task<DrillRow> OriginAsync(string name, OriginMood mood, bool isDead, int[] statuses, TimeSpan bound)
    {
        using var origin = new DrillOrigin();
        using var edge = await EdgeProcess.StartAsync(origin);
        using var client = new Client();
        await client.GetAsync(edge.At("/warm.jpg"));
        origin.Mood = mood;
        if (isDead)
        {
            origin.Die();
        }
        var miss = await client.GetAsync(edge.At("/cold.jpg"));
        var hits = await client.LoadAsync(edge.At("/warm.jpg"), 100, TimeSpan.FromSeconds(2));
        origin.Mood = OriginMood.Well;
        if (isDead)
        {
            origin.Rise();
        }
        var back = Stopwatch.GetTimestamp();
        (int Status, TimeSpan Took) again;
        do
        {
            again = await client.GetAsync(edge.At("/cold.jpg"));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        while (again.Status != 200 && Stopwatch.GetElapsedTime(back) < TimeSpan.FromSeconds(30));
        return new DrillRow(name, "one hit and one miss while it lasted, then well again",
            $"miss {miss.Status} after {Seconds(miss.Took)}, {hits.Failed} of {hits.Count} hits failed, whole again after "
                + Seconds(Stopwatch.GetElapsedTime(back)),
            $"miss {string.Join('/', statuses)} within {Seconds(bound)}, hits 100 %, recovers alone",
            statuses.Contains(miss.Status) && miss.Took <= bound && hits.Failed == 0 && again.Status == 200);
    }

    private static async Task<DrillRow> StoppedAsync()
    {
        using var origin = new DrillOrigin();
        using var edge = await EdgeProcess.StartAsync(origin);
        using var client = new Client();
        await client.GetAsync(edge.At("/a.jpg"));
        edge.Signal(19);
        var waiting = client.GetAsync(edge.At("/a.jpg"));
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System);
        var wasStill = !waiting.IsCompleted;
        edge.Signal(18);
        var answered = await waiting;
        var after = await client.LoadAsync(edge.At("/a.jpg"), 100, TimeSpan.FromSeconds(2));
        return new DrillRow("F11 SIGSTOP 10 s", "stopped the edge's process, then continued it",
            $"waiting request {answered.Status}, then {after.Failed} of {after.Count} failed", "nothing lost, serves at once",
            wasStill && answered.Status == 200 && after.Failed == 0);
    }

    private static async Task<DrillRow> ClockAsync(string jump)
    {
        var name = $"F12 clock {jump}";
        if (!File.Exists("/usr/bin/faketime"))
        {
            return new DrillRow(name, "not run: faketime is missing", "", "", false);
        }
        using var origin = new DrillOrigin();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "+0");
        using var edge = await EdgeProcess.StartAsync(origin, wrap: ["/usr/bin/env",
            "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "FAKETIME_TIMESTAMP_FILE=" + file,
            "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1"]);
        using var client = new Client();
        await client.GetAsync(edge.At("/a.jpg"));
        await File.WriteAllTextAsync(file, jump);
        var answers = await client.LoadAsync(edge.At("/a.jpg"), 100, TimeSpan.FromSeconds(3));
        File.Delete(file);
        return new DrillRow(name, "moved the wall clock under a running edge",
            $"{answers.Failed} of {answers.Count} failed, origin asked {origin.Asked} times", "no failure, no storm at the origin",
            answers.Failed == 0 && origin.Asked <= 5);
    }

    private static async Task<DrillRow> DescriptorsAsync()
    {
        using var origin = new DrillOrigin();
        using var edge = await EdgeProcess.StartAsync(origin, wrap: ["/usr/bin/prlimit", "--nofile=1024:1024"]);
        using var client = new Client();
        await client.GetAsync(edge.At("/a.jpg"));
        var flood = new List<Socket>();
        for (var count = 0; count < 10_000; count++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            flood.Add(socket);
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
                await socket.ConnectAsync(IPAddress.Loopback, edge.Port, patience.Token);
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException)
            {
                break; // our own descriptors, or its backlog, are full
            }
        }
        var held = edge.Holds().Descriptors;
        flood.ForEach(socket => socket.Dispose());
        var began = Stopwatch.GetTimestamp();
        (int Status, TimeSpan Took) after;
        do
        {
            after = await client.GetAsync(edge.At("/a.jpg"));
        }
        while (after.Status != 200 && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        var took = Stopwatch.GetElapsedTime(began);
        return new DrillRow("F13 descriptors", $"{flood.Count} connections at an edge that may open 1,024 files",
            $"{held} descriptors held under it, serves again after {Seconds(took)}", "alive, 200 within 5 s",
            !edge.HasEnded && after.Status == 200 && took < TimeSpan.FromSeconds(5));
    }

    private static async Task<DrillRow> StampedeAsync()
    {
        using var origin = new DrillOrigin();
        using var edge = await EdgeProcess.StartAsync(origin);
        using var client = new Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.GetAsync(edge.At("/cold.jpg"))));
        return new DrillRow("F17 stampede", "1,000 requests for one cold object",
            $"{answers.Count(answer => answer.Status == 200)} answered, origin asked {origin.Asked} times",
            "1,000 and exactly 1", answers.All(answer => answer.Status == 200) && origin.Asked == 1);
    }

    private static async Task<DrillRow> KilledAsync()
    {
        using var origin = new DrillOrigin();
        var port = EdgeProcess.FreePort();
        using (var edge = await EdgeProcess.StartAsync(origin, port))
        {
            edge.Signal(9);
            await edge.EndAsync();
        }
        var began = Stopwatch.GetTimestamp();
        using var next = await EdgeProcess.StartAsync(origin, port);
        using var client = new Client();
        var answer = await client.GetAsync(next.At("/a.jpg"));
        var took = Stopwatch.GetElapsedTime(began);
        return new DrillRow("F3 kill -9", "killed an edge and started it on the same port",
            $"{answer.Status}, {Seconds(took)} from start to first answer", "serves within 5 s",
            answer.Status == 200 && took < TimeSpan.FromSeconds(5));
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";
}
