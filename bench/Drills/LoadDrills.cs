using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Flickr.Drills;

/// <summary>Slow clients, floods, restarts and long runs, while good clients go on.</summary>
internal static class LoadDrills
{
    private const int GoodPerSecond = 100;

    /// <summary>slowhttptest's three attacks, then a flood of connections to the limit and back.</summary>
    public static async Task<IReadOnlyList<DrillRow>> SlowAsync(int attackers)
    {
        using var origin = new DrillOrigin();
        using var edge = await EdgeProcess.StartAsync(origin, null, null, "--Edge:Listener:ConnectionsMax=3000");
        using var client = new Client();
        await client.LoadAsync(edge.At("/a.jpg"), GoodPerSecond, TimeSpan.FromSeconds(5));
        var rows = new List<DrillRow>();
        foreach (var (name, flags) in ((string, string[])[])[("slow headers", ["-H"]), ("slow body", ["-B"]),
            ("slow read", ["-X", "-w", "1", "-y", "8", "-n", "5", "-z", "1"])])
        {
            var quiet = await client.LoadAsync(edge.At("/a.jpg"), GoodPerSecond, TimeSpan.FromSeconds(8));
            using var attack = Process.Start(new ProcessStartInfo("/usr/bin/slowhttptest", [.. flags, "-c", $"{attackers}", "-r", "500",
                "-i", "2", "-l", "20", "-p", "3", "-u", edge.At("/attacked.jpg").ToString()]) { RedirectStandardOutput = true })!;
            var said = attack.StandardOutput.ReadToEndAsync();
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            var under = await client.LoadAsync(edge.At("/a.jpg"), GoodPerSecond, TimeSpan.FromSeconds(12));
            await attack.WaitForExitAsync();
            await said;
            rows.Add(new DrillRow("F15 " + name, $"{attackers} connections of slowhttptest, {under.Count} good requests",
                $"p99 {Milliseconds(quiet.P99)} quiet, {Milliseconds(under.P99)} under it, {under.Failed} failed",
                "p99 under twice the quiet one or 100 ms, 0 failed", under.Failed == 0
                    && (under.P99 < 2 * quiet.P99 || under.P99 < TimeSpan.FromMilliseconds(100))));
        }
        rows.Add(await FloodAsync(edge, client));
        return rows;
    }

    /// <summary>Two edges on one port: the new one takes over, the old one stops, while requests come without a break.</summary>
    public static async Task<IReadOnlyList<DrillRow>> RestartAsync()
    {
        var migrates = File.Exists("/proc/sys/net/ipv4/tcp_migrate_req")
            && (await File.ReadAllTextAsync("/proc/sys/net/ipv4/tcp_migrate_req")).Trim() == "1";
        using var origin = new DrillOrigin();
        var old = await EdgeProcess.StartAsync(origin, null, null, "--Edge:Listener:SharePort=true");
        using var client = new Client();
        var load = client.LoadAsync(old.At("/a.jpg"), 200, TimeSpan.FromSeconds(45));
        var fresh = FreshAsync(old.At("/a.jpg"), TimeSpan.FromSeconds(45));
        for (var round = 0; round < 3; round++)
        {
            var next = await EdgeProcess.StartAsync(origin, old.Port, null, "--Edge:Listener:SharePort=true");
            old.Signal(15);
            await old.EndAsync();
            old.Dispose();
            old = next;
        }
        var (kept, opened) = (await load, await fresh);
        old.Dispose();
        return [new DrillRow("restart", $"3 restarts under {kept.Count} requests on kept and {opened.Count} on new connections "
            + $"(tcp_migrate_req {(migrates ? "on" : "off")})",
            $"{kept.Failed} and {opened.Failed} failed", "0 failed", kept.Failed + opened.Failed == 0)];
    }

    /// <summary>A steady rate; what the process holds after a tenth of the time and at the end.</summary>
    public static async Task<IReadOnlyList<DrillRow>> SoakAsync(TimeSpan time)
    {
        using var origin = new DrillOrigin();
        using var edge = await EdgeProcess.StartAsync(origin);
        using var client = new Client();
        var loads = Enumerable.Range(0, 20).Select(number =>
            client.LoadAsync(edge.At($"/{number}.jpg"), 50, time)).ToList();
        await Task.Delay(time / 4, TimeProvider.System);
        var early = edge.Holds();
        var results = await Task.WhenAll(loads);
        var late = edge.Holds();
        var (count, failed) = (results.Sum(result => result.Count), results.Sum(result => result.Failed));
        return [new DrillRow("soak", $"{count} requests in {time.TotalSeconds:0} s",
            $"{failed} failed; resident {early.Resident >> 20} → {late.Resident >> 20} MiB, descriptors {early.Descriptors} → "
                + $"{late.Descriptors}, threads {early.Threads} → {late.Threads}", "0 failed; memory +10 %, descriptors and threads flat",
            failed == 0 && late.Resident < early.Resident * 1.1 + (16 << 20) && late.Descriptors <= early.Descriptors + 32
                && late.Threads <= early.Threads + 8)];
    }

    private static async Task<DrillRow> FloodAsync(EdgeProcess edge, Client client)
    {
        var flood = new List<Socket>();
        for (var count = 0; count < 4000; count++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            flood.Add(socket);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, edge.Port, patience.Token);
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException)
            {
                break;
            }
        }
        var held = edge.Holds().Descriptors;
        flood.ForEach(socket => socket.Dispose());
        var began = Stopwatch.GetTimestamp();
        var after = await client.GetAsync(edge.At("/a.jpg"));
        var load = await client.LoadAsync(edge.At("/a.jpg"), GoodPerSecond, TimeSpan.FromSeconds(3));
        return new DrillRow("flood", $"{flood.Count} connections at an edge with room for 3,000, half of them for one client",
            $"{held} descriptors under it; first answer {after.Status} after {Milliseconds(Stopwatch.GetElapsedTime(began))}, then "
                + $"{load.Failed} of {load.Count} failed", "back within 5 s, 0 failed", after.Status == 200 && load.Failed == 0);
    }

    /// <summary>Requests on a new connection each, four at a time.</summary>
    private static async Task<(int Count, int Failed)> FreshAsync(Uri address, TimeSpan time)
    {
        var (began, results) = (Stopwatch.GetTimestamp(), new List<int>());
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            results.AddRange(await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                using var client = new Client();
                return (await client.GetAsync(address)).Status;
            })));
        }
        return (results.Count, results.Count(status => status != 200));
    }

    private static string Milliseconds(TimeSpan time) =>
        time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms";
}
