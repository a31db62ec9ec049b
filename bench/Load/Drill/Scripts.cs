using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Flickr.Load.Drill;

/// <summary>
/// What the origin does with <c>/{kind}/{id}</c>. The kinds are those of the drill's two tables; each id is a new, cold key.
/// </summary>
internal static class Scripts
{
    public const int SmallBytes = 20_000;
    public const int LargeBytes = 5_000_000;

    /// <summary>The bytes of every photo: an answer that differs from their beginning was damaged on the way.</summary>
    public static readonly byte[] Noise = MakeNoise();

    /// <summary>Raised by a purge drill before it purges; the <c>purge-…</c> kinds say it as <c>X-Generation</c>, as read on arrival.</summary>
    public static int Generation;

    private static readonly TimeSpan Trickle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HalfSecond = TimeSpan.FromMilliseconds(500);

    /// <summary>Answers. False: the connection is to be closed.</summary>
    public static async Task<bool> PlayAsync(Fetch fetch, Socket socket, CancellationToken cancellationToken)
    {
        var kind = fetch.Path.Split('/')[1];
        var scene = new Scene(fetch, socket, cancellationToken);
        switch (kind)
        {
            case "delay":
                await scene.WaitAsync(TimeSpan.FromSeconds(1));
                return await scene.SendAsync(200, "Cache-Control: max-age=60", SmallBytes);
            case "slow" or "abort":
                return await scene.TrickleAsync("Cache-Control: max-age=60", LargeBytes, LargeBytes, Trickle);
            case "private":
                await scene.WaitAsync(HalfSecond);
                return await scene.SendAsync(200, "Cache-Control: private", SmallBytes);
            case "error":
                await scene.WaitAsync(HalfSecond);
                return await scene.SendAsync(503, "Cache-Control: no-cache", 1000);
            case "missing":
                await scene.WaitAsync(HalfSecond);
                return await scene.SendAsync(404, "Cache-Control: max-age=60", 1000);
            case "half" when fetch.Range is not null && fetch.IfRange == Scene.Tag:
                return await scene.SendRestAsync(LargeBytes);
            case "half":
                await scene.TrickleAsync("Cache-Control: max-age=60", LargeBytes, LargeBytes / 2, Trickle / 2);
                return false;
            case "stale-error" when fetch.Number > 0:
                return await scene.SendAsync(503, "Cache-Control: no-cache", 1000);
            case "stale-drop" when fetch.Number > 0:
                return false;
            case "stale-error" or "stale-drop":
                return await scene.SendAsync(200, "Cache-Control: max-age=1, stale-if-error=60", SmallBytes);
            case "renew":
                await scene.WaitAsync(fetch.Number > 0 ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);
                return await scene.SendAsync(200, "Cache-Control: max-age=1, stale-while-revalidate=60", SmallBytes);
            case "tag" when fetch.IfNoneMatch == Scene.Tag:
                return await scene.SendAsync(304, "Cache-Control: max-age=60", 0);
            case "tag":
                return await scene.SendAsync(200, "Cache-Control: max-age=1", SmallBytes);
            case "range":
                return await scene.SendAsync(200, "Cache-Control: max-age=60", LargeBytes);
            case "targeted":
                return await scene.SendAsync(200, "Cache-Control: no-store\r\nCDN-Cache-Control: max-age=600", SmallBytes);
            case "purge-head":
                var generation = Generation;
                await scene.WaitAsync(HalfSecond);
                return await scene.SendAsync(200, $"Cache-Control: max-age=60\r\nX-Generation: {generation}", SmallBytes);
            case "purge-body":
                return await scene.TrickleAsync($"Cache-Control: max-age=60\r\nX-Generation: {Generation}", SmallBytes, SmallBytes, HalfSecond);
            default:
                return await scene.SendAsync(404, "Cache-Control: no-store", 0);
        }
    }

    private static byte[] MakeNoise()
    {
        var noise = new byte[LargeBytes];
        new Random(20260101).NextBytes(noise);
        return noise;
    }

    /// <summary>One answer on its way.</summary>
    private sealed class Scene(Fetch fetch, Socket socket, CancellationToken cancellationToken)
    {
        /// <summary>All photos of the drill have the same bytes, and so the same tag.</summary>
        public const string Tag = "\"drill-1\"";

        private const int Steps = 100;

        public Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, cancellationToken);

        public async Task<bool> SendAsync(int status, string fields, int bytes)
        {
            await HeadAsync(status, fields, bytes);
            await WriteAsync(Noise.AsMemory(0, bytes));
            return true;
        }

        /// <summary>Promises <paramref name="promised"/> bytes at once and sends <paramref name="sent"/> evenly over <paramref name="over"/>.</summary>
        public async Task<bool> TrickleAsync(string fields, int promised, int sent, TimeSpan over)
        {
            await HeadAsync(200, fields, promised);
            var began = Stopwatch.GetTimestamp();
            for (var step = 0; step < Steps; step++)
            {
                var due = (over * (step + 1) / Steps) - Stopwatch.GetElapsedTime(began);
                var from = (int)((long)sent * step / Steps);
                await WriteAsync(Noise.AsMemory(from, (int)((long)sent * (step + 1) / Steps) - from));
                if (due > TimeSpan.Zero)
                {
                    await WaitAsync(due);
                }
            }
            return true;
        }

        /// <summary>The rest of a body, from the first byte that <c>Range</c> asks for.</summary>
        public async Task<bool> SendRestAsync(int bytes)
        {
            var first = int.Parse(fetch.Range!["bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture);
            await HeadAsync(206, $"Cache-Control: max-age=60\r\nContent-Range: bytes {first}-{bytes - 1}/{bytes}", bytes - first);
            await WriteAsync(Noise.AsMemory(first, bytes - first));
            return true;
        }

        private async Task HeadAsync(int status, string fields, int length)
        {
            var lengthField = status == 304 ? "" : $"Content-Length: {length}\r\n";
            var head = $"HTTP/1.1 {status} {status}\r\nDate: {TimeProvider.System.GetUtcNow():R}\r\nContent-Type: image/jpeg\r\n"
                + $"{lengthField}ETag: {Tag}\r\n{fields}\r\n\r\n";
            await WriteAsync(Encoding.ASCII.GetBytes(head));
            fetch.HeadSentAt = Stopwatch.GetTimestamp();
        }

        private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
            }
        }
    }
}
