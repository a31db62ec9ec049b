using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Flickr.Edge.Tests.Harness;
using RawConnection = Flickr.Edge.Tests.Gate.RawConnection;

namespace Flickr.Edge.Tests.Lane;

/// <summary>The lane against the pipeline: the same requests, the same answers.</summary>
public sealed partial class HitLaneTests
{
    private readonly PhotoOrigin _photos = new();

    [Fact]
    public async Task The_lane_answers_what_the_pipeline_answers()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var on = await StartAsync(origin, "true");
        await using var off = await StartAsync(origin, "false");

        var fromLane = await AskAllAsync(on);
        var fromPipeline = await AskAllAsync(off);

        Assert.Equal(fromPipeline.Count, fromLane.Count);
        for (var i = 0; i < fromLane.Count; i++)
        {
            Assert.Equal(fromPipeline[i], fromLane[i]);
        }
        Assert.True(await on.MetricAsync("flickr_edge_lane_hits_total") >= 3, "the lane answered nothing");
        Assert.Equal(0, await off.MetricAsync("flickr_edge_lane_hits_total"));
        Assert.Equal(0, await on.MetricAsync("flickr_edge_memory_leases"));
        Assert.Equal(
            await off.MetricAsync("flickr_edge_requests_total{class=\"thumb\",outcome=\"hit\"}"),
            await on.MetricAsync("flickr_edge_requests_total{class=\"thumb\",outcome=\"hit\"}"));
    }

    [Fact]
    public async Task A_slow_reader_gets_all_bytes_and_its_lease_comes_back()
    {
        // More than the kernel buffers of both ends take.
        _photos.Body = Collapse.CollapseTests.Bytes(7_000_000);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var on = await StartAsync(origin, "true", ("Edge:Memory:BytesMax", "536870912"),
            ("Edge:Memory:ObjectBytesMax", "8388608"));
        var target = $"{PhotoOrigin.Path}?{_photos.Token(on.Authority)}";
        await WarmAsync(on, target);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        var at = new Uri(on.Address);
        await socket.ConnectAsync(at.Host, at.Port);
        using var connection = new RawConnection(socket);
        await connection.SendAsync(Get(on, target));
        await Until.TrueAsync(async () => await on.MetricAsync("flickr_edge_lane_handovers_total") == 1);

        var head = await ReadHeadAsync(connection.Stream);
        var body = new byte[_photos.Body.Length];
        await connection.Stream.ReadExactlyAsync(body);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Equal(_photos.Body, body);
        await Until.TrueAsync(async () => await on.MetricAsync("flickr_edge_memory_leases") == 0);
    }

    private Task<EdgeServer> StartAsync(OriginServer origin, string lane,
        params (string, string)[] more) => EdgeServer.StartAsync(
        [origin.Address], [.. _photos.Settings, ("Edge:Lane:Enabled", lane), .. more]);

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    private static async Task WarmAsync(EdgeServer edge, string target)
    {
        await edge.Client.GetAsync(target);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_memory_objects") >= 1);
    }

    private async Task<List<string>> AskAllAsync(EdgeServer edge)
    {
        var good = $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}";
        var foreign = $"{PhotoOrigin.Path}?{_photos.Token("other.example")}";
        var past = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-2));
        var expired = $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, past)}";
        await WarmAsync(edge, good);
        string[] requests =
        [
            Get(edge, good), Get(edge, good), Get(edge, foreign), Get(edge, expired),
            Get(edge, PhotoOrigin.Path),
            Get(edge, good, "Range: bytes=0-9\r\n"), Get(edge, good, "If-None-Match: *\r\n"),
            Get(edge, good, "Cache-Control: no-cache\r\n"), Get(edge, good, "Connection: keep-alive\r\n"),
            Get(edge, good) + Get(edge, good),
        ];
        var answers = new List<string>();
        using var connection = await ConnectAsync(edge);
        foreach (var request in requests)
        {
            await connection.SendAsync(request);
            var count = request.Split("GET ").Length - 1;
            answers.Add(Comparable(await connection.ReadUntilAsync(text => Answers(text) == count)));
        }
        var whole = Get(edge, good);
        for (var cut = 1; cut < whole.Length; cut += 7)
        {
            await connection.SendAsync(whole[..cut]);
            await connection.SendAsync(whole[cut..]);
            answers.Add(Comparable(await connection.ReadUntilAsync(text => Answers(text) == 1)));
        }
        var order = $"{{\"kind\":\"url\",\"value\":\"{edge.Authority}{PhotoOrigin.Path}\"}}";
        var purge = await edge.Admin.PostAsync("/purge", new StringContent(order));
        Assert.True(purge.IsSuccessStatusCode, await purge.Content.ReadAsStringAsync());
        await connection.SendAsync(whole);
        answers.Add(Comparable(await connection.ReadUntilAsync(text => Answers(text) == 1)));
        Assert.Contains("fwd=", answers[^1]);
        return answers;
    }

    private static string Get(EdgeServer edge, string target, string fields = "") =>
        $"GET {target} HTTP/1.1\r\nHost: {edge.Authority}\r\n{fields}\r\n";

    private static async Task<RawConnection> ConnectAsync(EdgeServer edge)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var at = new Uri(edge.Address);
        await socket.ConnectAsync(at.Host, at.Port);
        return new RawConnection(socket);
    }

    /// <summary>Whole answers at the start of the text.</summary>
    private static int Answers(string text)
    {
        var (count, at) = (0, 0);
        while (text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) is >= 0 and var end)
        {
            var length = Regex.Match(text[at..end], "Content-Length: (\\d+)", RegexOptions.IgnoreCase);
            var next = end + 4 + (length.Success ? int.Parse(length.Groups[1].Value) : 0);
            if (next > text.Length)
            {
                return count;
            }
            (count, at) = (count + 1, next);
        }
        return count;
    }

    /// <summary>Fields in order of their names; no Date, and times and authority made equal.</summary>
    private static string Comparable(string text)
    {
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
            var head = text[at..end];
            var length = Regex.Match(head, "Content-Length: (\\d+)", RegexOptions.IgnoreCase);
            var next = end + 4 + (length.Success ? int.Parse(length.Groups[1].Value) : 0);
            var lines = head.Split("\r\n");
            result.AppendLine(lines[0]);
            foreach (var line in lines.Skip(1).Where(line => !line.StartsWith("Date:", StringComparison.Ordinal))
                .Select(line => Seconds().Replace(line, "$1N")).Order(StringComparer.Ordinal))
            {
                result.AppendLine(line);
            }
            result.Append(text[(end + 4)..next]);
            at = next;
        }
        return result.ToString();
    }

    [GeneratedRegex("(Age: |ttl=|private, max-age=)-?\\d+")]
    private static partial Regex Seconds();
}
