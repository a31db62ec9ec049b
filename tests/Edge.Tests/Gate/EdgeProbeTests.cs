using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Flickr.Edge.Tests.Gate;

/// <summary>
/// The framing and path probes of reliability.md through the real edge, with an origin that records what it
/// was asked.
/// </summary>
[Trait("Requirement", "R119")]
public sealed class EdgeProbeTests(EdgeProbeTests.Servers servers) : IClassFixture<EdgeProbeTests.Servers>
{
    private static int _lastHost;

    /// <summary>A host of its own for every test: the cache of another one is none of its business.</summary>
    private readonly string _host = $"h{Interlocked.Increment(ref _lastHost)}.example";

    /// <summary>The 36 spellings of a path of reliability.md section 9, and a few more.</summary>
    private static readonly string[] Paths =
    [
        "/a", "/a/", "/a//b", "//a", "/a/./b", "/a/../b", "/a/..", "/..", "/.", "/a/%2e%2e/b", "/a/%2E/b",
        "/a/.%2e/b", "/a%2fb",
        "/a%2Fb", "/a%252fb", "/a%5cb", "/a\\b", "/a%00b", "/a%0ab", "/a%0d%0ab", "/a%20b", "/a+b", "/a%2Bb",
        "/a%7Eb", "/a~b", "/%61",
        "/a;b", "/a;b=c/..", "/a%3bb", "/a%3Fb", "/a%23b", "/a#b", "/a?b", "/a?b=%2f", "/a?b=%2F",
        "/a%c3%a9", "/a%C3%A9", "/a\u00e9",
        "/a%ff", "/a%e2%82", "/A", "/a.", "/a%u0041", "/a%25", "/a%", "/a%2", "/a:b", "/a@b", "/a%40b",
        "/a?", "/a??b",
    ];

    public static TheoryData<string> ProbeNames() => [.. FramingProbes.All.Select(probe => probe.Name)];

    public static TheoryData<string> PathNames() => [.. Paths];

    [Theory]
    [MemberData(nameof(ProbeNames))]
    public async Task A_framing_probe_reaches_the_origin_as_one_request_or_not_at_all(string name)
    {
        var probe = FramingProbes.All.Single(probe => probe.Name == name);
        servers.Begin("no-store");
        using var connection = await ConnectAsync();

        await connection.SendAsync(probe.Bytes.Replace("photos.example", _host, StringComparison.Ordinal));
        var expected = probe.Requests?.Length ?? 0;
        var answer = await connection.ReadUntilAsync(text =>
            Refused(text) || (expected > 0 && Answers(text) >= expected));

        Assert.Equal(Refused(answer) ? probe.Requests?[..^(expected - Answers(answer) + 1)] ?? []
            : probe.Requests, servers.Whole.Select(request =>
            request.Replace(_host, "photos.example", StringComparison.Ordinal)));
        Assert.True(probe.Requests is not null || Answers(answer) == 1, answer);
        Assert.DoesNotContain(servers.Heads, target => target.Contains("after", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public async Task A_path_is_one_key_byte_for_byte_or_a_refusal(string path)
    {
        servers.Begin("max-age=60");

        var first = await AskAsync(path);
        var second = await AskAsync(path);

        if (Refused(first))
        {
            Assert.Empty(servers.Heads);
            Assert.True(Refused(second));
            return;
        }
        Assert.Equal([path], servers.Heads);
        Assert.EndsWith("\r\n\r\n" + path, first, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + path, second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_spellings_never_share_an_answer()
    {
        servers.Begin("max-age=60");

        foreach (var path in Paths)
        {
            var answer = await AskAsync(path);
            Assert.True(Refused(answer) || answer.EndsWith("\r\n\r\n" + path, StringComparison.Ordinal),
                $"{path}: {answer}");
        }
        Assert.Equal(servers.Heads.Count, servers.Heads.Distinct().Count());
    }

    [Fact]
    public async Task A_refusal_moves_its_counter()
    {
        const string Series = "flickr_edge_gate_refusals_total{reason=\"target\"}";
        var before = await servers.Edge.MetricAsync(Series);

        Assert.True(Refused(await AskAsync("/a#b")));

        Assert.Equal(before + 1, await servers.Edge.MetricAsync(Series));
    }

    private async Task<string> AskAsync(string path)
    {
        using var connection = await ConnectAsync();
        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: {_host}\r\nConnection: close\r\n\r\n");
        return await connection.ReadToEndAsync();
    }

    private async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var address = new Uri(servers.Edge.Address);
        await socket.ConnectAsync(address.Host, address.Port);
        return new RawConnection(socket);
    }

    private static int Answers(string text) => text.Split("HTTP/1.1 ").Length - 1;

    private static bool Refused(string text) => text.Contains("HTTP/1.1 4", StringComparison.Ordinal)
        || text.Contains("HTTP/1.1 5", StringComparison.Ordinal);

    /// <summary>
    /// One edge and one recording origin for all probes. It answers with the target that it was asked for.
    /// </summary>
    public sealed class Servers : IAsyncLifetime
    {
        private OriginServer _origin = null!;
        private string _cacheControl = "";

        /// <summary>Requests that the origin could read to their end.</summary>
        public ConcurrentQueue<string> Whole { get; } = new();

        /// <summary>Targets of all requests that reached the origin, whole or not.</summary>
        public ConcurrentQueue<string> Heads { get; } = new();

        internal EdgeServer Edge { get; private set; } = null!;

        /// <summary>
        /// Forgets what was recorded; what is asked from now on is answered with this Cache-Control.
        /// </summary>
        public void Begin(string cacheControl)
        {
            _cacheControl = cacheControl;
            Whole.Clear();
            Heads.Clear();
        }

        public async ValueTask InitializeAsync()
        {
            _origin = await OriginServer.StartAsync(AnswerAsync);
            Edge = await EdgeServer.StartAsync(_origin.Address);
        }

        public async ValueTask DisposeAsync()
        {
            await Edge.DisposeAsync();
            await _origin.DisposeAsync();
        }

        private async Task AnswerAsync(HttpContext context)
        {
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            Heads.Enqueue(target);
            using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            Whole.Enqueue($"{context.Request.Method} {target} {body}".TrimEnd());
            context.Response.Headers.CacheControl = _cacheControl;
            context.Response.ContentLength = target.Length;
            await context.Response.WriteAsync(target);
        }
    }
}
