using System.Net;
using System.Net.Sockets;
using System.Text;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Tests.Freshness;

/// <summary>
/// The rules through a real edge: one case of each group that the public suite's old edition lacks or cannot
/// see.
/// </summary>
public sealed class RulesThroughEdgeTests
{
    [Fact]
    public async Task CDN_Cache_Control_overrides_Cache_Control_and_is_passed_on()
    {
        await using var origin = await OriginOf(("CDN-Cache-Control", "max-age=60"),
            ("Cache-Control", "no-store"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        using var first = await edge.Client.GetAsync("/a");
        using var second = await edge.Client.GetAsync("/a");

        Assert.Equal(1, origin.Count);
        Assert.Equal("max-age=60", Field(second, "CDN-Cache-Control"));
        Assert.Equal("no-store", Field(second, "Cache-Control"));
    }

    [Theory]
    [InlineData("private", "max-age=60")]
    [InlineData("no-cache", "max-age=60")]
    [InlineData("no-store", "max-age=60")]
    [InlineData("max-age=10000, &&&&&", "no-store")]
    [InlineData("max-age=\"10000\"", "no-store")]
    public async Task CDN_Cache_Control_that_forbids_or_is_malformed_keeps_an_answer_out(string targeted,
        string cacheControl)
    {
        await using var origin = await OriginOf(("CDN-Cache-Control", targeted),
            ("Cache-Control", cacheControl));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        using var first = await edge.Client.GetAsync("/a");
        using var second = await edge.Client.GetAsync("/a");

        Assert.Equal(2, origin.Count);
    }

    [Fact]
    public async Task The_sites_own_targeted_field_goes_before_CDN_Cache_Control()
    {
        await using var origin = await OriginOf(("Own-Cache-Control", "max-age=60"),
            ("CDN-Cache-Control", "no-store"));
        await using var edge = await EdgeServer.StartAsync(origin.Address,
            ("Edge:Sites:0:TargetedField", "Own-Cache-Control"));

        using var first = await edge.Client.GetAsync("/a");
        using var second = await edge.Client.GetAsync("/a");

        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task Interim_answers_leave_no_field_in_the_final_one_which_is_stored()
    {
        using var origin = new RawOrigin("HTTP/1.1 102 Processing\r\nX-Interim: 1\r\n\r\n"
            + "HTTP/1.1 103 Early Hints\r\nLink: </b>; rel=preload\r\nCache-Control: no-store\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok");
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        using var first = await edge.Client.GetAsync("/a");
        using var second = await edge.Client.GetAsync("/a");

        Assert.Equal("ok", await second.Content.ReadAsStringAsync());
        Assert.Equal(1, origin.Count);
        Assert.Equal("", Field(second, "X-Interim") + Field(second, "Link"));
        Assert.Equal("max-age=60", Field(second, "Cache-Control"));
    }

    [Fact]
    public async Task Bytes_past_ASCII_in_an_origins_field_pass_unchanged()
    {
        using var origin = new RawOrigin(
            "HTTP/1.1 200 OK\r\nETag: \"\u00fc\"\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok");
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPEndPoint.Parse(new Uri(edge.Address).Authority));
        using var connection = new Gate.RawConnection(client);

        await connection.SendAsync("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.Contains("ETag: \"\u00fc\"\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Refuse", 2, "a=b")]
    [InlineData("Strip", 1, "")]
    [InlineData("Store", 1, "a=b")]
    public async Task Cookies_are_replayed_only_where_the_site_says_so(string policy, int fetches,
        string cookie)
    {
        await using var origin = await OriginOf(("Set-Cookie", "a=b"), ("Cache-Control", "max-age=60"));
        await using var edge = await EdgeServer.StartAsync(origin.Address,
            ("Edge:Sites:0:SetCookie", policy));

        using var first = await edge.Client.GetAsync("/a");
        using var second = await edge.Client.GetAsync("/a");

        Assert.Equal(fetches, origin.Count);
        Assert.Equal(cookie, Field(second, "Set-Cookie"));
    }

    [Theory]
    [InlineData("max-age=60", 2)]
    [InlineData("max-age=60, public", 1)]
    [InlineData("s-maxage=60", 1)]
    public async Task An_answer_to_one_user_is_not_given_to_another_unless_it_says_so(string cacheControl,
        int fetches)
    {
        await using var origin = await OriginOf(("Cache-Control", cacheControl));
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        request.Headers.TryAddWithoutValidation("Authorization", "Basic YTpi");

        using var first = await edge.Client.SendAsync(request);
        using var second = await edge.Client.GetAsync("/a");

        Assert.Equal(fetches, origin.Count);
        Assert.Equal("Basic YTpi", origin.Seen.First().Fields["Authorization"]);
    }

    [Theory]
    [InlineData(299)]
    [InlineData(404)]
    [InlineData(499)]
    [InlineData(599)]
    public async Task Any_final_status_is_stored_while_it_is_said_to_be_fresh(int status)
    {
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        using var first = await edge.Client.GetAsync("/a");
        using var second = await edge.Client.GetAsync("/a");

        Assert.Equal(1, origin.Count);
        Assert.Equal(status, (int)second.StatusCode);
    }

    private static Task<OriginServer> OriginOf(params (string Name, string Value)[] fields) =>
        OriginServer.StartAsync(context =>
        {
            foreach (var (name, value) in fields)
            {
                context.Response.Headers[name] = value;
            }
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });

    private static string Field(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) ? new StringValues([.. values])
        .ToString() : "";

    /// <summary>An origin that answers every request with the same bytes and counts them.</summary>
    private sealed class RawOrigin : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _answer;
        private int _count;

        public RawOrigin(string answer)
        {
            _answer = Encoding.Latin1.GetBytes(answer);
            _listener.Start();
            Address = $"http://{_listener.LocalEndpoint}";
            _ = AcceptAsync();
        }

        public string Address { get; }

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return; // the listener was closed
            }
        }

        private async Task AnswerAsync(TcpClient client)
        {
            using (client)
            {
                var stream = client.GetStream();
                var head = new StringBuilder();
                var buffer = new byte[4096];
                while (await stream.ReadAsync(buffer) is > 0 and var count)
                {
                    head.Append(Encoding.Latin1.GetString(buffer, 0, count));
                    if (head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                    {
                        head.Clear();
                        Interlocked.Increment(ref _count);
                        await stream.WriteAsync(_answer);
                    }
                }
            }
        }
    }
}
