using System.Text;
using CsCheck;
using Flickr.Edge.Gate;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Gate;

[Trait("Requirement", "R119")]
public sealed class RequestGateTests
{
    public static TheoryData<string> Names() => [.. FramingProbes.All.Select(probe => probe.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_framing_probe_is_one_reading_or_a_refusal(string name)
    {
        var probe = FramingProbes.All.Single(probe => probe.Name == name);
        await using var server = await GatedServer.StartAsync();
        using var connection = await server.ConnectAsync();

        await connection.SendAsync(probe.Bytes);
        var answer = await ReadAnswersAsync(connection, probe);

        Assert.Equal(probe.Requests ?? [], server.Requests);
        if (probe.Requests is null)
        {
            Assert.Matches("^HTTP/1.1 (400|501|505) ", answer);
            Assert.Single(answer.Split("HTTP/1.1 ")[1..]);
            Assert.Contains("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
        }
        else
        {
            Assert.Equal(probe.Requests.Length, answer.Split("HTTP/1.1 200").Length - 1);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_framing_probe_is_read_the_same_way_byte_by_byte(string name)
    {
        var probe = FramingProbes.All.Single(probe => probe.Name == name);
        await using var server = await GatedServer.StartAsync();
        using var connection = await server.ConnectAsync();

        try
        {
            foreach (var character in probe.Bytes)
            {
                await connection.SendAsync(character.ToString());
            }
        }
        catch (IOException)
        {
            Assert.Null(probe.Requests); // refused and closed while we were still sending
        }
        var answer = await ReadAnswersAsync(connection, probe);

        Assert.Equal(probe.Requests ?? [], server.Requests);
        Assert.True(probe.Requests is not null || !answer.Contains("HTTP/1.1 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_good_request_is_answered_before_a_bad_one_behind_it_is_refused()
    {
        await using var server = await GatedServer.StartAsync();
        using var connection = await server.ConnectAsync();

        await connection.SendAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\nX: 1\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n");
        var answer = await connection.ReadToEndAsync();

        Assert.Equal(["GET /a"], server.Requests);
        Assert.Matches("(?s)^HTTP/1.1 200 OK.*ok.*HTTP/1.1 400 Bad Request", answer);
        Assert.Equal(1, server.Gate.Refusals(GateRefusal.LineEnd));
    }

    [Fact]
    public async Task A_refusal_is_counted_once_by_its_reason()
    {
        await using var server = await GatedServer.StartAsync();
        var reasons = new List<GateRefusal>();
        server.Gate.OnRefusal = reasons.Add;
        using var connection = await server.ConnectAsync();

        await connection.SendAsync("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
        await connection.ReadToEndAsync();

        Assert.Equal([GateRefusal.LengthAndEncoding], reasons);
        Assert.Equal(1, server.Gate.Refusals(GateRefusal.LengthAndEncoding));
    }

    [Fact]
    public async Task Expect_100_continue_is_answered_before_the_body_comes()
    {
        await using var server = await GatedServer.StartAsync();
        using var connection = await server.ConnectAsync();

        await connection.SendAsync("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        await connection.ReadUntilAsync(text => text.Contains("100 Continue", StringComparison.Ordinal));
        await connection.SendAsync("hello");
        await connection.ReadUntilAsync(text => text.Contains("200 OK", StringComparison.Ordinal));

        Assert.Equal(["POST /a hello"], server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_upload_passes_whole_and_the_connection_lives_on(bool inChunks)
    {
        await using var server = await GatedServer.StartAsync(configure: kestrel =>
            kestrel.Limits.MaxRequestBodySize = null);
        using var connection = await server.ConnectAsync();
        var part = new string('x', 100_000);

        await connection.SendAsync($"POST /a HTTP/1.1\r\nHost: a\r\n{(inChunks ? "Transfer-Encoding: chunked" : "Content-Length: 5000000")}\r\n\r\n");
        for (var count = 0; count < 50; count++)
        {
            await connection.SendAsync(inChunks ? $"186A0\r\n{part}\r\n" : part);
        }
        await connection.SendAsync((inChunks ? "0\r\n\r\n" : "") + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
        await connection.ReadUntilAsync(text => text.Split("200 OK").Length == 3);

        var requests = server.Requests.ToArray();
        Assert.Equal("POST /a ".Length + 5_000_000, requests[0].Length);
        Assert.Equal("GET /b", requests[1]);
    }

    [Fact]
    public async Task A_body_that_nobody_reads_does_not_become_the_next_request()
    {
        await using var server = await GatedServer.StartAsync();
        using var connection = await server.ConnectAsync();
        const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

        await connection.SendAsync($"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
        await connection.ReadUntilAsync(text => text.Split("200 OK").Length == 3);

        Assert.Equal(["POST /a " + Smuggled.TrimEnd(), "GET /b"], server.Requests);
    }

    [Fact]
    public async Task A_slow_head_is_cut_by_the_servers_own_timer()
    {
        await using var server = await GatedServer.StartAsync(configure: kestrel =>
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1));
        using var connection = await server.ConnectAsync();

        await connection.SendAsync("GET /a HTTP/1.1\r\nHost: a\r\nX: never en");
        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "414")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaa", 1, "431")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\n", 60, "431")]
    public async Task A_head_without_end_is_cut_by_the_servers_own_limits(string start, int fields,
        string status)
    {
        await using var server = await GatedServer.StartAsync(configure: kestrel =>
        {
            kestrel.Limits.MaxRequestLineSize = 4096;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 50;
        });
        using var connection = await server.ConnectAsync();

        await connection.SendAsync(start);
        await connection.SendAsync(fields > 1
            ? string.Concat(Enumerable.Range(0, fields).Select(number => $"X{number}: 1\r\n"))
            : new string('a', 40_000));
        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latin1_bytes_in_a_field_pass()
    {
        await using var server = await GatedServer.StartAsync();
        var seen = "";
        server.Answer = context =>
        {
            seen = context.Request.Headers.IfNoneMatch.ToString();
            return context.Response.WriteAsync("ok");
        };
        using var connection = await server.ConnectAsync();

        await connection.SendAsync("GET /a HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"\u00fc\"\r\n\r\n");
        await connection.ReadUntilAsync(text => text.Contains("200 OK", StringComparison.Ordinal));

        Assert.Equal("\"\u00fc\"", seen);
    }

    [Fact]
    public async Task A_thousand_plain_requests_on_one_connection_cost_no_allocation_in_the_gate()
    {
        var request = Encoding.ASCII.GetBytes("GET /alice/nature/thumbnail/swans_thumbnail.jpg HTTP/1.1\r\nHost: photos.example\r\n"
            + "User-Agent: test\r\nAccept: image/webp,*/*\r\n\r\n");
        var pipe = new System.IO.Pipelines.Pipe();
        var gate = new GatedPipeReader(pipe.Reader, new GateOptions(), _ => { });
        await pipe.Writer.WriteAsync(request);
        gate.AdvanceTo((await gate.ReadAsync()).Buffer.End);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 1000; count++)
        {
            // completes at once, as does the read: this stays on one thread
            await pipe.Writer.WriteAsync(request);
            gate.AdvanceTo((await gate.ReadAsync()).Buffer.End);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Any_bytes_are_followed_or_refused_and_never_throw() =>
        Gen.Select(
            Gen.OneOf(
                Gen.OneOf("GET /a HTTP/1.1\r\n", "Host: a\r\n", "\r\n", "Content-Length: 3\r\n",
                "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n",
                "0\r\n\r\n", "POST /b HTTP/1.1\r\nHost: a\r\n", "X: y\r\n"),
                Gen.String[Gen.Char['\0', '\u00ff'], 0, 12]).Array[1, 20],
            Gen.Int[1, 9]).Sample((parts, step) =>
        {
            var bytes = Encoding.Latin1.GetBytes(string.Concat(parts));
            var scanner = new FramingScanner(new GateOptions());
            long taken = 0;
            for (var end = 0; end < bytes.Length && scanner.Refusal == GateRefusal.None; end += step)
            {
                var approved = scanner.Approve(new(bytes, (int)taken,
                    Math.Min(end, bytes.Length) - (int)Math.Min(taken, end)));
                Assert.InRange(approved, 0, bytes.Length);
                taken += scanner.Scanned;
                scanner.Consumed(scanner.Scanned);
            }
        }, iter: 20_000, time: Fuzz.Seconds);

    /// <summary>
    /// As many answers as requests are expected, or everything until the refusing server closes.
    /// </summary>
    private static Task<string> ReadAnswersAsync(RawConnection connection, FramingProbe probe) =>
        probe.Requests is { } requests
        ? connection.ReadUntilAsync(text => text.Split("HTTP/1.1 200").Length > requests.Length)
        : connection.ReadToEndAsync();
}
