using System.Net.Sockets;
using System.Text;
using Flickr.Edge.Cache;
using Flickr.Edge.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Flickr.Edge.Tests.Lane.LaneExchange;

namespace Flickr.Edge.Tests.Lane.Loop;

public sealed class LoopConnectionTests
{
    private const string Leases = "flickr_edge_memory_leases";
    private const string Slow = "flickr_edge_lane_slow_answers";
    private const string Connections = "flickr_edge_loop_connections";

    private readonly PhotoOrigin _photos = new() { Visibility = "public" };

    [Theory]
    [InlineData("Loop")]
    [InlineData("Sockets")]
    public async Task A_slow_reader_gets_all_bytes_and_its_lease_comes_back(string transport)
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartWithLargeAsync(origin, ("Edge:Lane:Transport", transport));
        using var connection = await ConnectAsync(edge, receiveBytes: 4096);
        await connection.SendAsync(Get(edge, PhotoOrigin.Path));
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_lane_handovers_total") == 1);
        // What comes behind a slow answer waits for its end.
        await connection.SendAsync(Get(edge, PhotoOrigin.Path, method: "HEAD"));

        var head = await connection.ReadHeadAsync();
        var body = new byte[_photos.Body.Length];
        await connection.Stream.ReadExactlyAsync(body);
        var next = await AnswersAsync(connection, "HEAD");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head);
        Assert.True(_photos.Body.AsSpan().SequenceEqual(body), "other bytes");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", next);
        await Until.TrueAsync(async () => await edge.MetricAsync(Leases) == 0);
        Assert.Equal(0, await edge.MetricAsync(Slow));
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_an_answer_gives_the_lease_back()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartWithLargeAsync(origin);
        for (var i = 0; i < 20; i++)
        {
            var at = new Uri(edge.Address);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            await socket.ConnectAsync(at.Host, at.Port);
            await socket.SendAsync(Encoding.Latin1.GetBytes(Get(edge, PhotoOrigin.Path)));
            await socket.ReceiveAsync(new byte[1000]);
            socket.LingerState = new LingerOption(true, 0);
        }

        await Until.TrueAsync(async () => await edge.MetricAsync(Leases) == 0);
        await Until.TrueAsync(async () => await edge.MetricAsync(Slow) == 0);
        await Until.TrueAsync(async () => await edge.MetricAsync(Connections) <= 1);
        Assert.Equal(20, await edge.MetricAsync("flickr_edge_lane_handovers_total"));
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_cut_when_its_time_is_up()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartWithLargeAsync(origin, time);
        using var connection = await ConnectAsync(edge, receiveBytes: 4096);
        await connection.SendAsync(Get(edge, PhotoOrigin.Path));
        await Until.TrueAsync(async () => await edge.MetricAsync(Slow) == 1);

        await Until.TrueAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(3));
            return await edge.MetricAsync("flickr_edge_aborts_total") == 1;
        });

        await Until.TrueAsync(async () => await edge.MetricAsync(Leases) == 0);
        Assert.True((await connection.ReadToEndAsync()).Length < _photos.Body.Length, "the answer came whole");
    }

    [Fact]
    public async Task An_idle_connection_is_closed_and_one_in_use_is_not()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(origin, time);
        await WarmAsync(edge);
        using var idle = await ConnectAsync(edge);
        using var used = await ConnectAsync(edge);
        await idle.SendAsync(Get(edge, PhotoOrigin.Path));
        await AnswersAsync(idle, "GET");

        for (var i = 0; i < 4; i++)
        {
            time.Advance(TimeSpan.FromSeconds(8));
            await used.SendAsync(Get(edge, PhotoOrigin.Path));
            await AnswersAsync(used, "GET");
        }

        Assert.Equal("", await idle.ReadToEndAsync());
        await used.SendAsync(Get(edge, PhotoOrigin.Path));
        Assert.StartsWith("HTTP/1.1 200", await AnswersAsync(used, "GET"));
    }

    [Theory]
    [InlineData("1", 16, "full")]
    [InlineData("0.5", 8, "client")]
    public async Task Connections_above_the_limit_of_all_or_of_a_client_are_closed_at_once_and_counted(
        string clientShare, int most, string reason)
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(origin, null, ("Edge:Listener:ConnectionsMax", "16"),
            ("Edge:Listener:ClientShareMax", clientShare));
        var open = new List<Gate.RawConnection>();
        for (var i = 0; i < most; i++)
        {
            open.Add(await ConnectAsync(edge));
        }
        await Until.TrueAsync(async () => await edge.MetricAsync(Connections) == most);

        using var above = await ConnectAsync(edge);

        Assert.Equal("", await above.ReadToEndAsync());
        Assert.Equal(1, await edge.MetricAsync($"flickr_edge_connections_refused_total{{reason=\"{reason}\"}}"));
        // One that the server knows of has one place, not two.
        await open[1].SendAsync(Get(edge, "/", method: "HEAD"));
        await AnswersAsync(open[1], "HEAD");
        open[0].Dispose();
        await Until.TrueAsync(async () => await edge.MetricAsync(Connections) == most - 1);
        using var next = await ConnectAsync(edge);
        await next.SendAsync(Get(edge, "/", method: "HEAD"));
        await AnswersAsync(next, "HEAD");
        open.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task A_client_that_ends_its_side_gets_the_answers_to_what_it_asked()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(origin, null);
        await WarmAsync(edge);
        var at = new Uri(edge.Address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(at.Host, at.Port);
        using var connection = new Gate.RawConnection(socket);

        await connection.SendAsync(Get(edge, PhotoOrigin.Path) + Get(edge, PhotoOrigin.Path));
        socket.Shutdown(SocketShutdown.Send);
        var text = await connection.ReadToEndAsync();

        Assert.Equal(2, Split(text, ["GET", "GET"]).Count);
    }

    [Fact]
    public async Task A_stop_closes_idle_connections_and_lets_a_slow_answer_end()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartWithLargeAsync(origin);
        using var idle = await ConnectAsync(edge);
        using var slow = await ConnectAsync(edge, receiveBytes: 4096);
        await slow.SendAsync(Get(edge, PhotoOrigin.Path));
        await Until.TrueAsync(async () => await edge.MetricAsync(Slow) == 1);

        var stopping = edge.App.StopAsync();
        var nothing = await idle.ReadToEndAsync();
        var whole = await slow.ReadToEndAsync();
        await stopping;

        Assert.Equal("", nothing);
        Assert.Equal(_photos.Body.Length, Split(whole, ["GET"])[0].Body.Length);
    }

    [Fact]
    public async Task Churn_of_hits_misses_purges_and_resets_leaks_nothing()
    {
        _photos.Body = Collapse.CollapseTests.Bytes(100_000);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(origin, null, ("Edge:Memory:BytesMax", $"{16 << 20}"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => ChurnAsync(edge, worker)));

        await Until.TrueAsync(async () => await edge.MetricAsync(Leases) == 0);
        await Until.TrueAsync(async () => await edge.MetricAsync(Slow) == 0);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_requests_open") == 0);
        var memory = edge.Services.GetRequiredService<ObjectCache>().MemoryStatistics;
        Assert.True(memory.CommittedBytes + memory.MetadataBytes <= 16 << 20, $"{memory}");
        Assert.True(await edge.MetricAsync("flickr_edge_lane_hits_total") > 50, "the lane had no part");
    }

    private async Task ChurnAsync(EdgeServer edge, int worker)
    {
        var random = new Random(worker);
        for (var i = 0; i < 40; i++)
        {
            using var connection = await ConnectAsync(edge);
            var methods = Enumerable.Range(0, 1 + random.Next(4))
                .Select(_ => random.Next(4) == 0 ? "HEAD" : "GET").ToArray();
            var text = string.Concat(methods.Select(method => Get(edge,
                PhotoOrigin.Path.Replace("swans", $"swans{random.Next(30)}", StringComparison.Ordinal),
                method: method)));
            await connection.SendAsync(text);
            if (random.Next(3) == 0)
            {
                connection.Stream.Socket.LingerState = new LingerOption(true, 0);
                continue;
            }
            var answers = Split(await AnswersAsync(connection, methods), methods);
            Assert.All(answers.Zip(methods), pair => Assert.True(pair.Second == "HEAD"
                || _photos.Body.AsSpan().SequenceEqual(Encoding.Latin1.GetBytes(pair.First.Body)), "other bytes"));
            if (random.Next(10) == 0)
            {
                await edge.Admin.PostAsync("/purge", new StringContent("{\"kind\":\"tag\",\"value\":\"photo:1\"}"));
            }
        }
    }

    private Task<EdgeServer> StartAsync(OriginServer origin, TimeProvider? time,
        params (string, string)[] settings) => EdgeServer.StartAsync([origin.Address],
        [.. _photos.Settings, .. settings],
        services: services => services.AddSingleton(time ?? TimeProvider.System));

    /// <summary>With a photo of which the kernel's buffers take a part only, cached.</summary>
    private async Task<EdgeServer> StartWithLargeAsync(OriginServer origin, params (string, string)[] settings) =>
        await StartWithLargeAsync(origin, null, settings);

    private async Task<EdgeServer> StartWithLargeAsync(OriginServer origin, TimeProvider? time,
        params (string, string)[] settings)
    {
        _photos.Body = Collapse.CollapseTests.Bytes(9_000_000);
        var edge = await StartAsync(origin, time, [("Edge:Memory:BytesMax", "536870912"),
            ("Edge:Memory:ObjectBytesMax", "16777216"), .. settings]);
        await WarmAsync(edge);
        return edge;
    }

    private static async Task WarmAsync(EdgeServer edge)
    {
        await edge.Client.GetAsync(PhotoOrigin.Path);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_memory_objects") == 1);
    }
}
