using System.Net;
using System.Net.Sockets;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;
using RawConnection = Flickr.Edge.Tests.Gate.RawConnection;

namespace Flickr.Edge.Tests.Upstream;

/// <summary>The edge's own upstream client, through a real edge.</summary>
public sealed class WireTests
{
    [Fact]
    public async Task A_connection_is_used_again_after_a_length_chunks_and_no_body()
    {
        var ports = new System.Collections.Concurrent.ConcurrentBag<int>();
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            ports.Add(context.Connection.RemotePort);
            context.Response.Headers.CacheControl = "no-store";
            if (context.Request.Path == "/none")
            {
                context.Response.StatusCode = 204;
                return;
            }
            context.Response.ContentLength = context.Request.Path == "/length" ? 5 : null;
            await context.Response.WriteAsync("hello");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        foreach (var path in new[] { "/length", "/chunks", "/none", "/length", "/chunks", "/none" })
        {
            Assert.Equal(path == "/none" ? "" : "hello", await edge.Client.GetStringAsync(path));
        }

        Assert.Single(ports.Distinct());
    }

    [Fact]
    public async Task A_request_on_a_connection_that_the_origin_had_closed_is_repeated_and_answered()
    {
        await using var origin = new RawServer(async connection =>
        {
            // Says that it keeps the connection, and closes it.
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 1\r\n\r\nx");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("x", await edge.Client.GetStringAsync($"/{i}"));
        }

        Assert.Equal(20, origin.Heads.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Content_passes_to_the_origin_as_it_is(bool isChunked)
    {
        var content = Collapse.CollapseTests.Bytes(300_000);
        byte[] received = [];
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            using var all = new MemoryStream();
            await context.Request.Body.CopyToAsync(all);
            received = all.ToArray();
            context.Response.StatusCode = 201;
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new ByteArrayContent(content) };
        request.Headers.TransferEncodingChunked = isChunked;

        var answer = await edge.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(content, received);
    }

    [Fact]
    public async Task Content_that_breaks_off_is_a_refusal_and_never_half_a_request_at_the_origin()
    {
        await using var origin = await OriginServer.StartAsync(context => context.Response.WriteAsync("x"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var client = await OpenAsync(new Uri(edge.Address).Port);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        var answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Equal(0, origin.Count);
    }

    [Theory]
    [InlineData("5;name=\"a\"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", true)]
    [InlineData("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", true)]
    [InlineData("5\nhello\r\n0\r\n\r\n", false)]
    [InlineData("5\r\nhelloX\r\n0\r\n\r\n", false)]
    [InlineData("5\r\nhello\r\n", false)]
    [InlineData("5\r\nhello\r\n-1\r\n\r\n", false)]
    public async Task Chunks_are_read_strictly_and_what_is_no_chunk_cuts_the_answer(string body, bool isWhole)
    {
        await using var origin = new RawServer(connection => connection.WriteAsync(
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n" + body));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        if (isWhole)
        {
            Assert.Equal("hello", await edge.Client.GetStringAsync("/x"));
            return;
        }
        await Assert.ThrowsAnyAsync<Exception>(() => edge.Client.GetStringAsync("/x"));
        Assert.Equal(0, await edge.MetricAsync("flickr_edge_stored_total"));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 1\r\n\r\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")]
    public async Task A_head_with_two_readings_is_a_502(string answer)
    {
        await using var origin = new RawServer(connection => connection.WriteAsync(answer));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        var refused = await edge.Client.GetAsync("/x");

        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        Assert.Contains("upstream-malformed", await refused.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("max-age=60")]
    [InlineData("no-store")]
    public async Task Interim_answers_pass_in_order_and_leave_nothing_in_the_final_one(string control)
    {
        await using var origin = new RawServer(connection => connection.WriteAsync(
            "HTTP/1.1 102 Processing\r\n\r\n"
            + "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nConnection: x-one\r\nX-One: 1\r\n\r\n"
            + $"HTTP/1.1 200 OK\r\nCache-Control: {control}\r\nContent-Length: 1\r\n\r\nx"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        for (var i = 0; i < 2; i++)
        {
            using var client = await OpenAsync(new Uri(edge.Address).Port);
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            var heads = (await client.ReadToEndAsync()).Split("\r\n\r\n");

            var isHit = control == "max-age=60" && i == 1;
            Assert.Equal(isHit ? 2 : 4, heads.Length);
            if (!isHit)
            {
                Assert.Equal("HTTP/1.1 102 Processing", heads[0]);
                Assert.Equal("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload", heads[1]);
            }
            Assert.StartsWith("HTTP/1.1 200", heads[^2]);
            Assert.DoesNotContain("style.css", heads[^2]);
            Assert.Equal("x", heads[^1]);
            if (!isHit && control == "max-age=60")
            {
                await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
            }
        }
    }

    [Fact]
    public async Task Who_waits_for_the_fill_of_another_hears_its_interim_answers_too()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = new RawServer(async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            await gate.Task;
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\nx");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        var port = new Uri(edge.Address).Port;
        using var leader = await OpenAsync(port);
        await leader.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var early = await leader.ReadUntilAsync(text => text.Contains("\r\n\r\n", StringComparison.Ordinal));
        using var follower = await OpenAsync(port);
        await follower.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var late = await follower.ReadUntilAsync(text => text.Contains("\r\n\r\n", StringComparison.Ordinal));

        gate.SetResult();

        Assert.StartsWith("HTTP/1.1 103", early);
        Assert.StartsWith("HTTP/1.1 103", late);
        Assert.StartsWith("HTTP/1.1 200", await leader.ReadToEndAsync());
        Assert.StartsWith("HTTP/1.1 200", await follower.ReadToEndAsync());
        Assert.Single(origin.Heads);
    }

    [Fact]
    public async Task An_old_client_hears_no_interim_answer()
    {
        await using var origin = new RawServer(connection => connection.WriteAsync(
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var client = await OpenAsync(new Uri(edge.Address).Port);

        await client.SendAsync("GET /x HTTP/1.0\r\nHost: x\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_flood_of_interim_answers_is_a_502()
    {
        await using var origin = new RawServer(connection => connection.WriteAsync(
            string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1000))));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        var refused = await edge.Client.GetAsync("/x");

        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
    }

    private static async Task<RawConnection> OpenAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawConnection(socket);
    }
}
