using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Flickr.Store.Peers;

namespace Flickr.Store;

/// <summary>
/// PUT and GET over HTTP beside nginx dav and OpenStack Swift, one after the other on this machine with one generator of 16
/// connections, which takes its share of the processors. Bodies are unique; every GET is of something that was put.
/// </summary>
internal static class HttpBench
{
    private const int Connections = 16;
    private static readonly int[] Sizes = [20_000, 200_000, 2_000_000];

    public static async Task RunAsync(string folder, int seconds, TextWriter output)
    {
        await output.WriteLineAsync("| server | PUT/s 20 KB | 200 KB | 2 MB | GET/s 20 KB | 200 KB | 2 MB | failed |\n|---|---|---|---|---|---|---|---|");
        foreach (var start in (Func<Task<StorePeer?>>[])
        [
            async () => await StorePeer.FlickrAsync(folder, 1), async () => await StorePeer.FlickrAsync(folder, 3),
            () => StorePeer.NginxAsync(folder), () => StorePeer.SwiftAsync(folder, 3),
        ])
        {
            using var peer = await start();
            if (peer is not null)
            {
                await output.WriteLineAsync(await MeasureAsync(peer, TimeSpan.FromSeconds(seconds)));
            }
        }
    }

    private static async Task<string> MeasureAsync(StorePeer peer, TimeSpan time)
    {
        var (puts, gets) = (new List<double>(), new List<double>());
        var failed = 0;
        var number = 0;
        foreach (var size in Sizes)
        {
            var stored = new ConcurrentQueue<(int Number, string Digest)>();
            puts.Add(await RateAsync(time, async client =>
            {
                var own = Interlocked.Increment(ref number);
                var body = new byte[size];
                new Random(own).NextBytes(body.AsSpan(0, 64));
                BitConverter.TryWriteBytes(body.AsSpan(64), size);
                using var request = peer.Put(own);
                request.Content = new ByteArrayContent(body);
                using var answer = await client.SendAsync(request);
                if (!answer.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref failed);
                    return false;
                }
                stored.Enqueue((own, Convert.ToHexStringLower(SHA256.HashData(body))));
                return true;
            }));
            var known = stored.ToArray();
            if (known.Length == 0)
            {
                gets.Add(0);
                continue;
            }
            var next = -1;
            gets.Add(await RateAsync(time, async client =>
            {
                var (own, digest) = known[(Interlocked.Increment(ref next) & int.MaxValue) % known.Length];
                using var request = peer.Get(own, digest);
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                await using var body = await answer.Content.ReadAsStreamAsync();
                var sink = new byte[64 << 10];
                long length = 0;
                int read;
                while ((read = await body.ReadAsync(sink)) > 0)
                {
                    length += read;
                }
                if (answer.IsSuccessStatusCode && length == size)
                {
                    return true;
                }
                Interlocked.Increment(ref failed);
                return false;
            }));
        }
        var cells = puts.Concat(gets).Select(rate => rate.ToString("N0", CultureInfo.InvariantCulture));
        return $"| {peer.Name} | {string.Join(" | ", cells)} | {failed} |";
    }

    private static async Task<double> RateAsync(TimeSpan time, Func<HttpClient, Task<bool>> call)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseProxy = false });
        var done = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            await Task.Yield();
            while (watch.Elapsed < time)
            {
                if (await call(client))
                {
                    Interlocked.Increment(ref done);
                }
            }
        }));
        return done / watch.Elapsed.TotalSeconds;
    }
}
