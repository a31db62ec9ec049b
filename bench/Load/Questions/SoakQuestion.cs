using System.Globalization;
using System.Text;
using Flickr.Load.Generator;
using Flickr.Load.Peers;

namespace Flickr.Load.Questions;

/// <summary>
/// Churn at the byte limit of both tiers for minutes: many more photos than fit, of sizes from 2 KB to 3 MB, with
/// purges in between. Does memory stay flat, is every byte right, does every lease come back?
/// </summary>
internal static class SoakQuestion
{
    private const int Photos = 12_000;
    private const long FlatBytes = 48L << 20;
    private static readonly int[] Sizes = [2_000, 20_000, 20_000, 20_000, 60_000, 200_000, 200_000, 3_000_000];
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);

    /// <summary>Settings that make both tiers small, so that everything churns.</summary>
    public static readonly string[] Settings =
    [
        "--Edge:Memory:BytesMax=268435456", "--Edge:Log:BytesMax=536870912", "--Edge:Log:PageBytes=4194304",
    ];

    internal sealed record Seen(double Minutes, long Requests, long Failures, long ResidentStart, long ResidentEnd,
        double LaneHits, double Evictions, double ChecksumMisses, double Leases, double SlowAnswers, double OpenRequests)
    {
        /// <summary>Flat: the end is no more than a tenth and 48 MiB above the start, which is taken when warm.</summary>
        public bool IsFlat => ResidentEnd <= (ResidentStart * 1.1) + FlatBytes;

        public bool IsGood => IsFlat && Failures == 0 && ChecksumMisses == 0 && Leases == 0 && SlowAnswers == 0;
    }

    public static async Task<Seen> AskAsync(Peer peer, TimeSpan duration)
    {
        using var admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{peer.AdminPort}") };
        var requests = Requests(peer);
        var began = System.Diagnostics.Stopwatch.StartNew();
        var (count, failures, start, slices) = (0L, 0L, 0L, 0);
        while (began.Elapsed < duration)
        {
            var seen = LoadRun.Closed(peer.Port, 64, Slice, requests);
            (count, failures) = (count + seen.Requests, failures + seen.Failures);
            await PurgeAsync(admin, peer.Port, slices++);
            if (start == 0 && began.Elapsed > duration / 4)
            {
                start = peer.ResidentBytes;
            }
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{began.Elapsed.TotalSeconds,5:0} s  {seen.PerSecond,7:0} requests/s  {peer.ResidentBytes >> 20,5} MiB"));
        }
        var metrics = await QuietAsync(admin);
        return new Seen(began.Elapsed.TotalMinutes, count, failures, start, peer.ResidentBytes,
            Value(metrics, "flickr_edge_lane_hits_total"), Value(metrics, "flickr_edge_memory_evictions_total"),
            Value(metrics, "flickr_edge_log_checksum_misses_total"), Value(metrics, "flickr_edge_memory_leases"),
            Value(metrics, "flickr_edge_lane_slow_answers"), Value(metrics, "flickr_edge_requests_open"));
    }

    /// <summary>The squares make some photos hot.</summary>
    private static byte[][] Requests(Peer peer)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 200_000).Select(_ =>
        {
            var photo = (int)(random.NextDouble() * random.NextDouble() * Photos);
            var path = $"/{Sizes[photo % Sizes.Length]}/soak/thumbnail/{photo}.jpg";
            return Encoding.ASCII.GetBytes($"GET {peer.Sign(path)} HTTP/1.1\r\nHost: 127.0.0.1:{peer.Port}\r\n\r\n");
        })];
    }

    private static async Task PurgeAsync(HttpClient admin, int port, int number)
    {
        var photo = number * 7 % 100;
        var value = $"127.0.0.1:{port}/{Sizes[photo % Sizes.Length]}/soak/thumbnail/{photo}.jpg";
        using var answer = await admin.PostAsync("/purge", new StringContent($$"""{"kind":"url","value":"{{value}}"}"""));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The metrics once nothing is open any more, or after ten seconds.</summary>
    private static async Task<string> QuietAsync(HttpClient admin)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var text = "";
        for (var i = 0; i < 40; i++)
        {
            text = await admin.GetStringAsync("/metrics");
            if (Value(text, "flickr_edge_requests_open") == 0 && Value(text, "flickr_edge_memory_leases") == 0
                && Value(text, "flickr_edge_lane_slow_answers") == 0)
            {
                break;
            }
            await tick.WaitForNextTickAsync();
        }
        return text;
    }

    private static double Value(string metrics, string series) =>
        metrics.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture) : 0;
}
