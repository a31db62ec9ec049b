using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Sql;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>Two control planes in processes of their own on one PostgreSQL; one gets SIGKILL in the middle.</summary>
[Trait("Requirement", "R111")]
public sealed class KilledPlaneTests
{
    [Fact]
    public async Task One_of_two_control_planes_is_killed_during_fifty_invalidations_none_is_lost_and_none_out_of_order()
    {
        await using var setUp = await StartedControlPlane.StartAsync(SqlEngine.PostgreSql);
        using var one = await OwnProcess.StartAsync(setUp.Folder, setUp.Database);
        using var two = await OwnProcess.StartAsync(setUp.Folder, setUp.Database);
        await setUp.StopAsync();
        await using var first = FollowingEdge.Start("edge-1", [one.Address, two.Address], StartedControlPlane.EdgeKey);
        await using var second = FollowingEdge.Start("edge-2", [two.Address, one.Address], StartedControlPlane.EdgeKey);
        FollowingEdge[] edges = [first, second];
        var applied = edges.Select(_ => new ConcurrentQueue<long>()).ToArray();
        for (var index = 0; index < edges.Length; index++)
        {
            var queue = applied[index];
            edges[index].Stream.Applied += entries =>
            {
                foreach (var entry in entries)
                {
                    queue.Enqueue(entry.Sequence);
                }
            };
            await edges[index].UntilAsync(status => status.IsSynchronised);
        }

        var (promised, uncertain) = await InvalidateThroughBothAsync(one, two);
        var head = promised.Values.Max();
        foreach (var edge in edges)
        {
            await edge.UntilAsync(status => status.Sequence >= head);
        }

        Assert.Equal(50, promised.Count);
        Assert.Equal(50, promised.Values.Distinct().Count());
        Assert.True(uncertain > 0, "it was killed too late to matter");
        foreach (var queue in applied)
        {
            Assert.Equal(Enumerable.Range(1, queue.Count).Select(number => (long)number), queue);
            Assert.True(queue.Count >= head);
        }
        var log = await two.LogAsync();
        Assert.All(promised, pair => Assert.Equal(pair.Key, log[pair.Value]));
    }

    /// <summary>
    /// Both at once, 25 each, while one of them dies between two of its own instructions. Without an answer there is no
    /// promise, and the caller asks the other one.
    /// </summary>
    private static async Task<(ConcurrentDictionary<string, long> Promised, int Uncertain)> InvalidateThroughBothAsync(
        OwnProcess one, OwnProcess two)
    {
        var promised = new ConcurrentDictionary<string, long>();
        var uncertain = 0;
        await Task.WhenAll(((OwnProcess[])[one, two]).Select(async (plane, which) =>
        {
            for (var turn = 0; turn < 25; turn++)
            {
                if (which == 0 && turn == 12)
                {
                    _ = Task.Run(one.Kill);
                }
                var tag = $"plane-{which}-{turn}";
                try
                {
                    promised[tag] = await plane.InvalidateAsync(tag);
                }
                catch (HttpRequestException) when (which == 0)
                {
                    Interlocked.Increment(ref uncertain);
                    promised[tag] = await two.InvalidateAsync(tag);
                }
            }
        }));
        return (promised, uncertain);
    }

    /// <summary>The program itself, as it is deployed.</summary>
    private sealed class OwnProcess : IDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _client;

        private OwnProcess(Process process, string address)
        {
            (_process, Address) = (process, address);
            _client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(20) };
            _client.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Bearer", StartedControlPlane.OperatorKey);
        }

        public string Address { get; }

        public static async Task<OwnProcess> StartAsync(string folder, string database)
        {
            var address = $"http://127.0.0.1:{FreePort()}";
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Flickr.ControlPlane"),
            [
                "--ControlPlane:Listen=" + address, "--ControlPlane:AdminListen=http://127.0.0.1:0",
                "--ControlPlane:DataDirectory=" + folder, "--ControlPlane:Database=" + database,
                "--ControlPlane:OperatorKey=" + StartedControlPlane.OperatorKey,
                "--ControlPlane:EdgeKey=" + StartedControlPlane.EdgeKey,
                "--ControlPlane:ServiceKey=" + StartedControlPlane.ServiceKey, "--Logging:LogLevel:Default=Warning",
            ])
            { RedirectStandardOutput = true, RedirectStandardError = true };
            var process = Process.Start(start)!;
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            var plane = new OwnProcess(process, address);
            await Until.TrueAsync(async () =>
            {
                Assert.False(process.HasExited, "the control plane ended at its start");
                try
                {
                    using var answer = await plane._client.GetAsync("/v1/members");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }, "the control plane answers", seconds: 60);
            return plane;
        }

        /// <summary>SIGKILL.</summary>
        public void Kill() => _process.Kill();

        public async Task<long> InvalidateAsync(string tag)
        {
            using var answer = await _client.PostAsJsonAsync("/v1/invalidations", new { kind = "tag", value = tag });
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("sequence").GetInt64();
        }

        public async Task<Dictionary<long, string>> LogAsync() =>
            (await _client.GetFromJsonAsync<JsonElement>("/v1/invalidations?limit=1000")).GetProperty("invalidations")
            .EnumerateArray().ToDictionary(line => line.GetProperty("sequence").GetInt64(),
                line => line.GetProperty("value").GetString()!);

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit();
            }
            _process.Dispose();
            _client.Dispose();
        }

        private static int FreePort()
        {
            using var socket = new System.Net.Sockets.Socket(
                System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
        }
    }
}
