using System.Net;
using System.Security.Cryptography;
using Flickr.Edge.Tests.Collapse;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Fetch;

public sealed class BrokenOriginTests
{
    private static readonly byte[] Body = CollapseTests.Bytes(300_000);

    [Fact]
    public async Task A_body_that_breaks_off_is_continued_from_another_replica_and_nobody_notices()
    {
        await using var whole = new RawServer(WholeAsync);
        await using var dying = new RawServer(DyingAsync);
        await using var edge = await EdgeServer.StartAsync([dying.Address, whole.Address], []);

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(Body, await edge.Client.GetByteArrayAsync($"/{i}"));
        }
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 8);

        // Which replica a key goes to is decided by hashing: some keys go to the dying one first.
        Assert.InRange(dying.Heads.Count, 1, 8);
        Assert.Equal(dying.Heads.Count, await edge.MetricAsync("flickr_edge_fill_resumes_total"));
        Assert.All(whole.Heads.Where(head => head.Contains("Range:")), head =>
        {
            Assert.Contains("Range: bytes=100000-", head);
            Assert.Contains("If-Range: \"tag\"", head);
        });
    }

    [Fact]
    public async Task Sixty_readers_of_a_body_that_breaks_off_all_get_it_whole_with_one_fetch_and_one_resume()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = new RawServer(async connection =>
        {
            if (connection.Head.Contains("Range:"))
            {
                await WholeAsync(connection);
                return;
            }
            await gate.Task;
            await DyingAsync(connection);
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        var requests = Enumerable.Range(0, 61).Select(_ => edge.Client.GetByteArrayAsync("/half")).ToArray();
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_collapsed_total") == 60);

        gate.SetResult();
        var bodies = await Task.WhenAll(requests);

        Assert.All(bodies, body => Assert.Equal(Body, body));
        Assert.Equal(2, origin.Heads.Count);
    }

    [Theory]
    [InlineData("length")]
    [InlineData("chunked")]
    [InlineData("weak")]
    public async Task A_cut_body_that_cannot_be_resumed_looks_cut_and_is_never_stored(string kind)
    {
        await using var origin = new RawServer(async connection =>
        {
            var framing = kind == "chunked" ? "Transfer-Encoding: chunked" : $"Content-Length: {Body.Length}";
            var tag = kind == "weak" ? "ETag: W/\"tag\"\r\n" : "";
            await connection.WriteAsync(
                $"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n{tag}{framing}\r\n\r\n");
            if (kind == "chunked")
            {
                await connection.WriteAsync("186A0\r\n");
            }
            await connection.WriteAsync(Body.AsMemory(0, 100_000));
            connection.Reset();
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => edge.Client.GetByteArrayAsync("/cut"));
        }

        Assert.Equal(2, origin.Heads.Count);
        Assert.Equal(0, await edge.MetricAsync("flickr_edge_stored_total"));
        Assert.Equal(0, await edge.MetricAsync("flickr_edge_memory_objects"));
        Assert.Equal(2, await edge.MetricAsync("flickr_edge_aborts_total"));
    }

    [Fact]
    public async Task Of_a_thousand_truncated_bodies_none_is_stored()
    {
        await using var origin = new RawServer(connection => connection.WriteAsync(
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 100\r\n\r\n0123456789"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        var cut = 0;

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (number, _) =>
        {
            try
            {
                await edge.Client.GetByteArrayAsync($"/{number}", CancellationToken.None);
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref cut);
            }
        });

        Assert.Equal(1000, cut);
        Assert.Equal(0, await edge.MetricAsync("flickr_edge_memory_objects"));
    }

    [Fact]
    public async Task A_body_whose_end_cannot_be_told_is_passed_on_and_never_stored()
    {
        await using var origin = new RawServer(async connection =>
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nabc"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        Assert.Equal("abc", await edge.Client.GetStringAsync("/x"));
        Assert.Equal("abc", await edge.Client.GetStringAsync("/x"));

        Assert.Equal(2, origin.Heads.Count);
    }

    [Fact]
    public async Task A_body_that_is_not_the_announced_one_is_cut_and_not_stored()
    {
        var photos = new PhotoOrigin { Visibility = "public" };
        await using var origin = new RawServer(async connection =>
        {
            var lie = Convert.ToBase64String(SHA256.HashData([1, 2, 3]));
            await connection.WriteAsync(
                $"HTTP/1.1 200 OK\r\nFlickr-Visibility: public\r\nRepr-Digest: sha-256=:{lie}:\r\n"
                + $"Content-Length: {Body.Length}\r\n\r\n");
            await connection.WriteAsync(Body);
        });
        await using var edge = await EdgeServer.StartAsync([origin.Address], photos.Settings);

        await Assert.ThrowsAnyAsync<Exception>(() => edge.Client.GetByteArrayAsync(PhotoOrigin.Path));

        Assert.Equal(0, await edge.MetricAsync("flickr_edge_stored_total"));
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_fill_failures_total{fault=\"digest_mismatch\"}"));
    }

    [Fact]
    public async Task A_refused_connection_fails_over_to_the_next_replica()
    {
        await using var whole = new RawServer(WholeAsync);
        await using var edge = await EdgeServer.StartAsync(["http://127.0.0.1:1", whole.Address], []);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(Body, await edge.Client.GetByteArrayAsync($"/{i}"));
        }

        Assert.Equal(10, whole.Heads.Count);
        // After three failures in a row the dead one rests and is not asked any more.
        Assert.InRange(await edge.MetricAsync("flickr_edge_fetch_failures_total{fault=\"connect\"}"), 1, 3);
    }

    [Theory]
    [InlineData("refused", HttpStatusCode.BadGateway)]
    [InlineData("reset", HttpStatusCode.BadGateway)]
    [InlineData("garbage", HttpStatusCode.BadGateway)]
    [InlineData("silent", HttpStatusCode.GatewayTimeout)]
    [InlineData("twice-framed", HttpStatusCode.BadGateway)]
    [InlineData("partial-head", HttpStatusCode.BadGateway)]
    public async Task A_faulty_origin_becomes_a_clear_answer(string fault, HttpStatusCode status)
    {
        await using var origin = new RawServer(async connection =>
        {
            switch (fault)
            {
                case "reset":
                    connection.Reset();
                    break;
                case "garbage":
                    await connection.WriteAsync("220 smtp ready\r\n\r\n");
                    break;
                case "twice-framed":
                    await connection.WriteAsync(
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
                    break;
                case "partial-head":
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Le");
                    break;
                default:
                    await Task.Delay(Timeout.InfiniteTimeSpan, connection.Stop);
                    break;
            }
        });
        var address = fault == "refused" ? "http://127.0.0.1:1" : origin.Address;
        await using var edge = await EdgeServer.StartAsync(address, ("Edge:Fetch:HeadTimeout", "00:00:00.5"));

        var answer = await edge.Client.GetAsync("/x");

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("urn:flickr:problem:upstream-", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_dripping_origin_is_cut()
    {
        await using var origin = new RawServer(async connection =>
        {
            await connection.WriteAsync(
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1000\r\n\r\n");
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (await tick.WaitForNextTickAsync(connection.Stop))
            {
                await connection.WriteAsync("x");
            }
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address,
            ("Edge:Fetch:ProgressTimeout", "00:00:00.5"));

        await Assert.ThrowsAnyAsync<Exception>(() => edge.Client.GetByteArrayAsync("/drip"));

        Assert.Equal(1, await edge.MetricAsync("flickr_edge_fill_failures_total{fault=\"stalled\"}"));
    }

    [Fact]
    public async Task Latin_1_header_bytes_of_an_origin_pass()
    {
        await using var origin = new RawServer(async connection => await connection.WriteAsync(
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nETag: \"abcdef\u00fc\"\r\nX-Name: caf\u00e9\r\nContent-Length: 1\r\n\r\nx"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var client = new HttpClient(
            new SocketsHttpHandler { ResponseHeaderEncodingSelector = (_, _) => System.Text.Encoding.Latin1 })
        { BaseAddress = new Uri(edge.Address) };

        var answer = await client.GetAsync("/x");

        Assert.Equal("caf\u00e9", answer.Headers.NonValidated["X-Name"].Single());
    }

    private static async Task DyingAsync(RawConnection connection)
    {
        await connection.WriteAsync(
            $"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nETag: \"tag\"\r\nContent-Length: {Body.Length}\r\n\r\n");
        await connection.WriteAsync(Body.AsMemory(0, 100_000));
    }

    private static async Task WholeAsync(RawConnection connection)
    {
        var from = 0;
        if (connection.Head.Split("Range: bytes=") is [_, var rest, ..])
        {
            from = int.Parse(rest[..rest.IndexOf('-')]);
        }
        await connection.WriteAsync((from > 0
                ? $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{Body.Length - 1}/{Body.Length}\r\n"
                : "HTTP/1.1 200 OK\r\n")
            + $"Cache-Control: max-age=60\r\nETag: \"tag\"\r\nContent-Length: {Body.Length - from}\r\nConnection: close\r\n\r\n");
        await connection.WriteAsync(Body.AsMemory(from));
    }
}
