using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Flickr.Edge.Tests.Harness;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Edge.Tests.Access;

/// <summary>Measures; holds nothing but that the figures could be taken. Run alone, on a quiet machine.</summary>
public sealed class SignatureFloodTests(ITestOutputHelper output)
{
    private static readonly TimeSpan MeasuredFor = TimeSpan.FromSeconds(4);
    private readonly PhotoOrigin _photos = new();
    private readonly MintKey _dear = MintKey.NewEs256("k2", "photos");

    [Fact(Explicit = true), Trait("Requirement", "R034")]
    public async Task A_flood_of_forged_ES256_tokens_and_the_p99_of_cached_hits()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        foreach (var (name, refusals) in new[] { ("with the budget", "200"), ("lane alone", "1000000") })
        {
            await using var edge = await EdgeServer.StartAsync([origin.Address],
                [.. _photos.Settings, .. RefusalTests.SettingsOf(_dear), ("Edge:Access:RefusalsMax", refusals)]);
            var known = $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}";
            await edge.Client.GetAsync(known);
            await P99Async(edge, known);
            var quiet = await P99Async(edge, known);
            using var stop = new CancellationTokenSource();
            var floods = Enumerable.Range(0, 8).Select(network => FloodAsync(edge, network, stop.Token)).ToArray();
            var flooded = await P99Async(edge, known);
            await stop.CancelAsync();
            var sent = (await Task.WhenAll(floods)).Sum();
            var verified = await edge.MetricAsync("flickr_edge_token_verdicts_total{verdict=\"bad_signature\"}");
            var throttled = await edge.MetricAsync("flickr_edge_tokens_throttled_total");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: cached p99 {quiet.P99:F2} ms alone ({quiet.Count} hits), {flooded.P99:F2} ms "
                + $"({flooded.Count} hits) under {sent / MeasuredFor.TotalSeconds:F0} forged tokens/s; "
                + $"signatures verified {verified:F0}, throttled {throttled:F0}"));
            Assert.True(sent > 0 && flooded.Count > 0);
        }
    }

    [Fact(Explicit = true)]
    public void The_time_of_a_refusal_does_not_tell_how_much_of_a_signature_was_right()
    {
        var keys = KeyRing.Of([_photos.Key.ToVerifyKey(KeyState.Active)], 1);
        var path = CanonicalPath.Parse(PhotoOrigin.Path);
        var asked = new TokenRequest("photos.example", path, true, PhotoClasses.Thumb);
        var good = _photos.Token("photos.example")["fs=".Length..];
        var at = good.LastIndexOf('.') + 1;
        var firstWrong = good[..at] + Other(good[at]) + good[(at + 1)..];
        var lastWrong = good[..^2] + Other(good[^2]) + good[^1..];
        var verifier = new TokenVerifier(new TokenVerifierOptions { RememberedTokensMax = 0 }, TimeProvider.System);
        const int Samples = 200_000;
        var times = (First: new List<double>(Samples), Last: new List<double>(Samples));
        var random = new Random(1);
        for (var i = 0; i < 2 * Samples; i++)
        {
            var isFirst = random.Next(2) == 0;
            var token = isFirst ? firstWrong : lastWrong;
            var started = Stopwatch.GetTimestamp();
            var verdict = verifier.Verify(token, TokenForm.Fs1, asked, keys);
            var took = Stopwatch.GetTimestamp() - started;
            Assert.Equal(TokenVerdict.BadSignature, verdict);
            (isFirst ? times.First : times.Last).Add(took);
        }

        var t = Welch(times.First, times.Last);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Welch's t over {2 * Samples} refusals: {t:F2} (|t| above 4.5 is a leak)"));
        Assert.InRange(t, -4.5, 4.5);
    }

    /// <summary>Welch's t over both sets, each without its slowest tenth (Reparaz, Balasch, Verbauwhede 2017).</summary>
    private static double Welch(List<double> one, List<double> other)
    {
        var limit = one.Concat(other).Order().ElementAt((one.Count + other.Count) * 9 / 10);
        var (a, b) = (one.Where(x => x <= limit).ToArray(), other.Where(x => x <= limit).ToArray());
        return (a.Average() - b.Average()) / Math.Sqrt((Variance(a) / a.Length) + (Variance(b) / b.Length));
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }

    private static char Other(char letter) => letter == 'A' ? 'Q' : 'A';

    private static async Task<(double P99, int Count)> P99Async(EdgeServer edge, string target)
    {
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < MeasuredFor)
        {
            var at = Stopwatch.GetTimestamp();
            using var answer = await edge.Client.GetAsync(target);
            await answer.Content.ReadAsByteArrayAsync();
            times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        }
        times.Sort();
        return (times[times.Count * 99 / 100], times.Count);
    }

    /// <summary>One network: forged tokens, each another one, one after the other.</summary>
    private async Task<int> FloodAsync(EdgeServer edge, int network, CancellationToken stop)
    {
        using var client = RefusalTests.From($"127.0.{network + 10}.1", edge.Address);
        var parts = _photos.Token(edge.Authority, key: _dear).Split('.');
        var sent = 0;
        while (!stop.IsCancellationRequested)
        {
            var forged = new StringBuilder().AppendJoin('.', parts.SkipLast(1)).Append('.')
                .Append(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(64)));
            using var answer = await client.GetAsync($"{PhotoOrigin.Path}?{forged}", CancellationToken.None);
            sent++;
        }
        return sent;
    }
}
