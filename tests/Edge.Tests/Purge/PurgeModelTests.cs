using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Purge;

/// <summary>
/// Readers, publishers who purge, expiry and restarts, all at one time. The model is one number per address:
/// the version that was published when the last purge of it was acknowledged. No request that begins later
/// may see a lower one.
/// </summary>
public sealed class PurgeModelTests
{
    private const int Addresses = 6;
    private readonly int[] _published = Enumerable.Repeat(1, Addresses).ToArray();
    private readonly int[] _acknowledged = new int[Addresses];

    [Theory, Trait("Requirement", "R111")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_object_is_ever_served_past_an_acknowledged_purge(int seed)
    {
        using var folder = new TempFolder();
        await using var origin = await OriginServer.StartAsync(AnswerAsync);
        var random = new Random(seed);
        for (var run = 0; run < 3; run++)
        {
            await using var edge = await EdgeServer.StartAsync([origin.Address],
            [
                ("Edge:Log:Enabled", "true"), ("Edge:Log:AdmitAll", "true"),
                ("Edge:Log:PageBytes", (1 << 20).ToString()), ("Edge:Log:BytesMax", (64 << 20).ToString()),
                ("Edge:Log:SegmentBytes", (4 << 20).ToString()), ("Edge:Memory:ObjectBytesMax", "8192"),
            ], folder);
            edge.Client.DefaultRequestHeaders.Host = "model.example"; // part of the key; ports change with restarts
            using var stop = new CancellationTokenSource();
            var readers = Enumerable.Range(0, 6).Select(number =>
                ReadAsync(edge, seed + (100 * number), stop.Token)).ToArray();
            for (var i = 0; i < 25; i++)
            {
                await PublishAsync(edge, random);
            }
            await stop.CancelAsync();
            Assert.True((await Task.WhenAll(readers)).Sum() > 50, "the readers hardly read");
        }
        Assert.True(origin.Count < 3000, "nothing was ever cached");
    }

    private async Task PublishAsync(EdgeServer edge, Random random)
    {
        var address = random.Next(Addresses);
        var covered = random.Next(4) switch
        {
            0 => ("url", PathOf(address), [address]),
            1 => ("tag", $"tag{address}", [address]),
            2 => ("prefix", $"/group{address % 2}/",
                Enumerable.Range(0, Addresses).Where(other => other % 2 == address % 2).ToArray()),
            _ => ("all", "", Enumerable.Range(0, Addresses).ToArray()),
        };
        Interlocked.Increment(ref _published[address]);
        var versions = covered.Item3.Select(other => (other, Volatile.Read(ref _published[other]))).ToArray();
        await PurgeTests.PurgeAsync(edge, covered.Item1, covered.Item2);
        foreach (var (other, version) in versions)
        {
            Volatile.Write(ref _acknowledged[other], version);
        }
    }

    private async Task<int> ReadAsync(EdgeServer edge, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var count = 0;
        for (; !stop.IsCancellationRequested; count++)
        {
            var address = random.Next(Addresses);
            var bound = Volatile.Read(ref _acknowledged[address]);
            var body = await edge.Client.GetStringAsync(PathOf(address), CancellationToken.None);
            var version = int.Parse(body.AsSpan(0, body.IndexOf(' ')));
            Assert.True(version >= bound,
                $"{PathOf(address)}: version {version} after the purge of {bound} was acknowledged");
        }
        return count;
    }

    /// <summary>
    /// Small and large bodies (RAM and log), short and long lifetimes; the version is read before a pause, as
    /// slow origins do.
    /// </summary>
    private async Task AnswerAsync(HttpContext context)
    {
        var address = int.Parse(context.Request.Path.Value![^1..]);
        var version = Volatile.Read(ref _published[address]);
        await Task.Yield();
        context.Response.Headers.CacheControl = address % 3 == 0 ? "max-age=1, stale-while-revalidate=1"
            : "max-age=600";
        context.Response.Headers["Surrogate-Key"] = $"tag{address}";
        await context.Response.WriteAsync($"{version} ");
        await context.Response.Body.FlushAsync();
        await context.Response.WriteAsync(new string('x', address < 3 ? 100 : 100_000));
    }

    private static string PathOf(int address) => $"/group{address % 2}/object{address}";
}
