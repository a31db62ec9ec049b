using System.Diagnostics;
using System.Globalization;
using System.Net;
using Flickr.Sql;
using Flickr.Tokens;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>
/// Eight whole edges on loopback under load: how long until the last one has acknowledged, and until the last 200. Measures
/// and prints; run with <c>--explicit only --filter-class '*FleetShow' --show-live-output on</c> on a quiet machine.
/// </summary>
public sealed class FleetShow
{
    private const int Edges = 8;
    private const int Rounds = 200;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    [Theory(Explicit = true)]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task Owner_private_and_purge_on_eight_edges_under_load(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        await using var origin = await EchoOrigin.StartAsync();
        var edges = new List<RealEdge>();
        for (var number = 1; number <= Edges; number++)
        {
            edges.Add(await RealEdge.StartAsync($"edge-{number}", plane.Address, origin.Address));
        }
        var key = await MintFeed.ReadAsync(plane, "HS256");
        var load = edges.Select(edge => new Viewer(edge)).ToList();
        var (ownerTook, ownerLast200, ownerPost) = (new List<double>(), new List<double>(), new List<double>());
        var (purgeTook, purgePost) = (new List<double>(), new List<double>());
        for (var round = -10; round < Rounds; round++)
        {
            var path = $"/o{round + 10}/album/thumbnail/a_thumbnail.jpg";
            await Task.WhenAll(load.Select(viewer => viewer.WatchAsync(key, path)));
            var began = Stopwatch.GetTimestamp();
            var flip = await plane.InvalidateAsync("owner", $"o{round + 10}", wait: 20_000, epoch: 2);
            var flipped = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            await Task.WhenAll(load.Select(viewer => viewer.Refused));
            var purgeBegan = Stopwatch.GetTimestamp();
            var purge = await plane.InvalidateAsync("prefix", $"/o{round + 10}/album/", wait: 20_000);
            if (round >= 0)
            {
                ownerTook.Add(LastOf(flip));
                ownerPost.Add(flipped);
                ownerLast200.Add(Math.Max(0, load.Max(viewer => viewer.LastAccepted is 0 ? 0
                    : Stopwatch.GetElapsedTime(began, viewer.LastAccepted).TotalMilliseconds)));
                purgeTook.Add(LastOf(purge));
                purgePost.Add(Stopwatch.GetElapsedTime(purgeBegan).TotalMilliseconds);
            }
        }
        foreach (var viewer in load)
        {
            await viewer.StopAsync();
        }
        var machine = await File.ReadAllTextAsync("/proc/loadavg");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{engine}, {Edges} edges, {Rounds} rounds, {load.Sum(viewer => viewer.Answers)} requests beside them, load {machine}"));
        Print("owner private: commit to last acknowledgement", ownerTook);
        Print("owner private: POST with wait", ownerPost);
        Print("owner private: POST to the end of the last 200", ownerLast200);
        Print("purge by prefix: commit to last acknowledgement", purgeTook);
        Print("purge by prefix: POST with wait", purgePost);
        foreach (var edge in edges)
        {
            await edge.DisposeAsync();
        }
    }

    /// <summary>What a verification costs, cold and remembered, on this machine now; allocations are unit tests.</summary>
    [Fact(Explicit = true)]
    public void Verify_costs()
    {
        var (hs, es) = (MintKey.NewHs256("hs", "flickr"), MintKey.NewEs256("es", "flickr"));
        var keys = KeyRing.Of([hs.ToVerifyKey(KeyState.Active), es.ToVerifyKey(KeyState.Active)], 1);
        var path = Tokens.Paths.CanonicalPath.Parse("/alice/nature/thumbnail/a_thumbnail.jpg");
        var request = new TokenRequest("edge.example", path, IsGetOrHead: true, PhotoClasses.Thumb);
        var grant = Grant.ForOwner("alice", 1).ForViewer("v").ForHost("edge.example").Depth(2, path).Open(PhotoClasses.Thumb);
        var fs1 = new TokenMinter(hs, TimeProvider.System).MintFs1(grant);
        var hsJwt = new TokenMinter(hs, TimeProvider.System).MintJwt(grant);
        var esJwt = new TokenMinter(es, TimeProvider.System).MintJwt(grant);
        var bad = esJwt[..^4] + (esJwt[^4] == 'A' ? 'B' : 'A') + esJwt[^3..];
        var verifier = new TokenVerifier(new TokenVerifierOptions(), TimeProvider.System);

        Time("remembered FS1", () => verifier.Verify(fs1, TokenForm.Fs1, request, keys, out _));
        Time("remembered ES256", () => verifier.Verify(esJwt, TokenForm.Jwt, request, keys, out _));
        Time("new FS1 (HMAC)", () => verifier.Verify(fs1, TokenForm.Fs1, request, keys));
        Time("new HS256", () => verifier.Verify(hsJwt, TokenForm.Jwt, request, keys));
        Time("new ES256", () => verifier.Verify(esJwt, TokenForm.Jwt, request, keys));
        Time("bad ES256 signature", () => verifier.Verify(bad, TokenForm.Jwt, request, keys));
    }

    private static void Time(string what, Func<TokenVerdict> verify)
    {
        var verdict = verify();
        var best = double.MaxValue;
        long bytes = 0;
        for (var turn = 0; turn < 5; turn++)
        {
            var (began, before, count) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread(), 0);
            while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(200))
            {
                for (var inner = 0; inner < 100; inner++)
                {
                    verify();
                }
                count += 100;
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds / count);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        }
        Console.WriteLine(FormattableString.Invariant($"{what,-22} {best,8:F2} us  {bytes,6} B  {verdict}"));
    }

    private static double LastOf(System.Text.Json.JsonElement receipt) =>
        receipt.GetProperty("edges").EnumerateArray().Max(edge => edge.GetProperty("tookMs").GetInt64());

    private static void Print(string what, List<double> values)
    {
        values.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"  {what,-50} p50 {values[values.Count / 2],7:F1}  p99 {values[values.Count * 99 / 100],7:F1}  max {values[^1],7:F1} ms"));
    }

    /// <summary>One that asks its edge for one photo, over and over, with the token of before the flip.</summary>
    private sealed class Viewer
    {
        private readonly RealEdge _edge;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _asking;
        private volatile Watch? _watch;

        public Viewer(RealEdge edge)
        {
            _edge = edge;
            _asking = AskAsync();
        }

        /// <summary>When the last 200 of the watched photo had come whole; 0 for none since it is watched.</summary>
        public long LastAccepted { get; private set; }

        public long Answers { get; private set; }

        public Task Refused => _watch!.Refused.Task;

        /// <summary>Asks for this from now on; completes when it was answered from the cache once.</summary>
        public Task WatchAsync(MintKey key, string path)
        {
            LastAccepted = 0;
            var watch = new Watch(_edge.Signed(key, path));
            _watch = watch;
            return watch.Warm.Task;
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _asking;
        }

        private async Task AskAsync()
        {
            using var pace = new PeriodicTimer(Pace);
            try
            {
                while (await pace.WaitForNextTickAsync(_stop.Token))
                {
                    if (_watch is not { } watch)
                    {
                        continue;
                    }
                    var status = await _edge.AskAsync(watch.Target);
                    Answers++;
                    if (status == HttpStatusCode.OK)
                    {
                        LastAccepted = Stopwatch.GetTimestamp();
                        if (++watch.Seen == 2)
                        {
                            watch.Warm.TrySetResult();
                        }
                    }
                    else if (watch.Warm.Task.IsCompleted)
                    {
                        watch.Refused.TrySetResult();
                    }
                }
            }
            catch (OperationCanceledException)
            {
                _watch?.Refused.TrySetResult();
            }
        }
    }

    private sealed record Watch(string Target)
    {
        public int Seen { get; set; }
        public TaskCompletionSource Warm { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
