using System.Text;
using Flickr.Edge.Tests.Harness;
using Flickr.Tokens;
using Flickr.Tokens.Paths;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Flickr.Edge.Tests.Lane.LaneExchange;
using RawConnection = Flickr.Edge.Tests.Gate.RawConnection;

namespace Flickr.Edge.Tests.Lane;

/// <summary>The lane against the pipeline: the same requests, the same answers.</summary>
public sealed class HitLaneTests
{
    private readonly PhotoOrigin _photos = new();

    [Theory]
    [InlineData("Loop", "private")]
    [InlineData("Loop", "public")]
    [InlineData("Sockets", "private")]
    [InlineData("Sockets", "public")]
    public async Task The_lane_answers_what_the_pipeline_answers(string transport, string visibility)
    {
        _photos.Visibility = visibility;
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var on = await StartAsync(origin, "true", ("Edge:Lane:Transport", transport));
        await using var off = await StartAsync(origin, "false");

        var fromLane = await AskAllAsync(on);
        var fromPipeline = await AskAllAsync(off);

        Assert.Equal(fromPipeline.Count, fromLane.Count);
        for (var i = 0; i < fromLane.Count; i++)
        {
            Assert.Equal(fromPipeline[i], fromLane[i]);
        }
        var hits = await on.MetricAsync("flickr_edge_lane_hits_total");
        Assert.True(hits >= 8, $"the lane answered {hits} times");
        Assert.Equal(0, await off.MetricAsync("flickr_edge_lane_hits_total"));
        Assert.Equal(0, await on.MetricAsync("flickr_edge_memory_leases"));
        // Not misses: how often an object is asked for until it is stored is chance. A counter moves after its answer.
        foreach (var outcome in new[] { "hit", "refused" })
        {
            var series = $"flickr_edge_requests_total{{class=\"thumb\",outcome=\"{outcome}\"}}";
            await Until.TrueAsync(async () => await off.MetricAsync(series) == await on.MetricAsync(series));
        }
    }

    [Theory]
    [InlineData("Loop")]
    [InlineData("Sockets")]
    public async Task A_request_cut_anywhere_is_answered_as_a_whole_one(string transport)
    {
        _photos.Body = Collapse.CollapseTests.Bytes(300);
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var on = await StartAsync(origin, "true", ("Edge:Lane:Transport", transport));
        var target = $"{PhotoOrigin.Path}?{_photos.Token(on.Authority)}";
        await WarmAsync(on, target);
        using var connection = await ConnectAsync(on);
        var request = Get(on, target);
        await connection.SendAsync(request);
        var whole = Comparable(await AnswersAsync(connection, "GET"), "GET");

        for (var cut = 1; cut < request.Length; cut++)
        {
            await connection.SendAsync(request[..cut]);
            await connection.SendAsync(request[cut..]);
            Assert.Equal(whole, Comparable(await AnswersAsync(connection, "GET"), "GET"));
        }
    }

    [Theory]
    [InlineData("Loop")]
    [InlineData("Sockets")]
    public async Task What_has_expired_or_stands_in_grace_is_left_to_the_pipeline(string transport)
    {
        var (time, versions) = (new FakeTimeProvider(DateTimeOffset.UtcNow), 0);
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.Headers.CacheControl = "max-age=60, stale-while-revalidate=60";
            context.Response.ContentLength = 1;
            return context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes($"{versions++}")).AsTask();
        });
        await using var edge = await EdgeServer.StartAsync([origin.Address],
            [("Edge:Lane:Transport", transport)],
            services: services => services.AddSingleton<TimeProvider>(time));
        await WarmAsync(edge, "/a");

        time.Advance(TimeSpan.FromSeconds(59));
        using var connection = await ConnectAsync(edge);
        await connection.SendAsync(Get(edge, "/a"));
        var fresh = await AnswersAsync(connection, "GET");
        var hits = await edge.MetricAsync("flickr_edge_lane_hits_total");
        time.Advance(TimeSpan.FromSeconds(2));
        await connection.SendAsync(Get(edge, "/a"));
        var inGrace = await AnswersAsync(connection, "GET");

        Assert.EndsWith("0", fresh);
        Assert.EndsWith("0", inGrace);
        Assert.Contains("ttl=-1", inGrace);
        Assert.Equal(hits, await edge.MetricAsync("flickr_edge_lane_hits_total"));
        await Until.TrueAsync(() => origin.Count == 2);
    }

    [Theory]
    [InlineData("Loop")]
    [InlineData("Sockets")]
    public async Task A_photo_made_private_or_purged_between_two_requests_is_not_given_by_the_lane(
        string transport)
    {
        _photos.Visibility = "public";
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await StartAsync(origin, "true", ("Edge:Lane:Transport", transport));
        await WarmAsync(edge, PhotoOrigin.Path);
        using var connection = await ConnectAsync(edge);
        await connection.SendAsync(Get(edge, PhotoOrigin.Path));
        var before = await AnswersAsync(connection, "GET");

        _photos.Visibility = "private";
        await PurgeAsync(edge, "tag", "photo:1");
        await connection.SendAsync(Get(edge, PhotoOrigin.Path));
        var after = await AnswersAsync(connection, "GET");

        Assert.StartsWith("HTTP/1.1 200", before);
        Assert.StartsWith("HTTP/1.1 401", after);
    }

    private Task<EdgeServer> StartAsync(OriginServer origin, string lane,
        params (string, string)[] more) => EdgeServer.StartAsync(
        [origin.Address], [.. _photos.Settings, ("Edge:Lane:Enabled", lane), .. more]);

    private static async Task WarmAsync(EdgeServer edge, string target)
    {
        await edge.Client.GetAsync(target);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_memory_objects") >= 1);
    }

    private static async Task PurgeAsync(EdgeServer edge, string kind, string value)
    {
        var order = $"{{\"kind\":\"{kind}\",\"value\":\"{value}\"}}";
        var purge = await edge.Admin.PostAsync("/purge", new StringContent(order));
        Assert.True(purge.IsSuccessStatusCode, await purge.Content.ReadAsStringAsync());
    }

    private async Task<List<string>> AskAllAsync(EdgeServer edge)
    {
        var good = $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}";
        await WarmAsync(edge, good);
        var answers = new List<string>();
        using var connection = await ConnectAsync(edge);
        foreach (var request in Singles(edge, good))
        {
            await connection.SendAsync(request);
            var method = request[..request.IndexOf(' ')];
            answers.Add(Comparable(await AnswersAsync(connection, method), method));
        }
        await AskPipelinedAsync(edge, connection, good, answers);
        await AskToCloseAsync(edge, good, answers);
        await PurgeAsync(edge, "url", edge.Authority + PhotoOrigin.Path);
        await connection.SendAsync(Get(edge, good));
        answers.Add(Comparable(await AnswersAsync(connection, "GET"), "GET"));
        Assert.Contains("fwd=", answers[^1]);
        return answers;
    }

    private string[] Singles(EdgeServer edge, string good)
    {
        var past = new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-2));
        var jwt = new TokenMinter(_photos.Key, TimeProvider.System).MintJwt(Grant.ForOwner("alice-id", 1)
            .ForViewer("viewer-1").ForHost(edge.Authority).Depth(2, CanonicalPath.Parse(PhotoOrigin.Path))
            .Open(PhotoClasses.Thumb));
        var withJwt = $"{PhotoOrigin.Path}?{TokenCarrier.JwtParameter}={jwt}";
        var tag = $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_photos.Body))}\"";
        return
        [
            Get(edge, good), Get(edge, good), Get(edge, withJwt), Get(edge, withJwt),
            Get(edge, $"{PhotoOrigin.Path}?{_photos.Token("other.example")}"),
            Get(edge, $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, past)}"),
            Get(edge, PhotoOrigin.Path), Get(edge, good, method: "HEAD"),
            Get(edge, good, "Range: bytes=0-9\r\n"), Get(edge, good, "Range: bytes=5-3\r\n"),
            Get(edge, good, $"If-None-Match: {tag}\r\n"), Get(edge, good, "If-None-Match: \"x\"\r\n"),
            Get(edge, good, "If-None-Match: *\r\n"), Get(edge, good, "Cache-Control: no-cache\r\n"),
            Get(edge, good, "Connection: keep-alive\r\n"), Get(edge, good, "Accept-Encoding: gzip\r\n"),
            Get(edge, good, "Cookie: a=b\r\n"), Get(edge, good, "X-Long: " + new string('x', 3000) + "\r\n"),
            Get(edge, good, method: "POST", fields: "Content-Length: 0\r\n"), Get(edge, good),
            Get(edge, good.Replace("/nature/", "//nature/", StringComparison.Ordinal)),
        ];
    }

    private static async Task AskPipelinedAsync(EdgeServer edge, RawConnection connection, string good,
        List<string> answers)
    {
        string[][] mixes =
        [
            ["GET", "GET", "GET"], ["GET", "HEAD", "GET"], ["HEAD", "GET", "GET", "HEAD", "GET"],
            ["POST", "GET", "GET"], ["GET", "POST", "GET", "GET"],
        ];
        foreach (var methods in mixes)
        {
            var requests = methods.Select(method => Get(edge, good, method: method,
                fields: method == "POST" ? "Content-Length: 3\r\n" : "")
                + (method == "POST" ? "abc" : ""));
            await connection.SendAsync(string.Concat(requests));
            answers.Add(Comparable(await AnswersAsync(connection, methods), methods));
        }
    }

    /// <summary>What ends the connection, each on one of its own; read to the end.</summary>
    private static async Task AskToCloseAsync(EdgeServer edge, string good, List<string> answers)
    {
        (string Text, string[] Methods)[] last =
        [
            (Get(edge, good, "Connection: close\r\n"), ["GET"]),
            (Get(edge, good) + Get(edge, good, "Connection: close\r\n"), ["GET", "GET"]),
            (Get(edge, good, version: "1.0"), ["GET"]),
            (Get(edge, good) + "GET /\n\n", ["GET", "GET"]),
            (Get(edge, good) + Get(edge, good, "Transfer-Encoding: chunked\r\n"), ["GET", "GET"]),
        ];
        foreach (var (text, methods) in last)
        {
            using var connection = await ConnectAsync(edge);
            await connection.SendAsync(text);
            answers.Add(Comparable(await connection.ReadToEndAsync(), methods));
        }
    }
}
