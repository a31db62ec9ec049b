using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using Flickr.Edge.Access;
using Flickr.Edge.Tests.Harness;
using Flickr.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Edge.Tests.Access;

public sealed class RefusalTests
{
    private readonly PhotoOrigin _photos = new();

    [Fact, Trait("Requirement", "R034")]
    public async Task A_network_that_shows_forged_tokens_is_soon_not_looked_at_but_its_known_tokens_pass()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address],
            [.. _photos.Settings, ("Edge:Access:RefusalsMax", "5"), ("Edge:Access:RefusalsPerSecond", "1")]);
        var known = $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, viewer: "known")}";
        await edge.Client.GetAsync(known);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add((await edge.Client.GetAsync(PhotoOrigin.Path + Forged(edge, i))).StatusCode);
        }

        var late = await edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, viewer: "new")}");
        var still = await edge.Client.GetAsync(known);
        using var elsewhere = From("127.0.1.1", edge.Address);
        var other = await elsewhere.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, viewer: "new")}");

        Assert.All(answers.Take(5), status => Assert.Equal(HttpStatusCode.Forbidden, status));
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
        Assert.Equal(HttpStatusCode.TooManyRequests, late.StatusCode);
        Assert.Contains("urn:flickr:problem:too-many-refusals", await late.Content.ReadAsStringAsync());
        Assert.NotNull(late.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.InRange(await edge.MetricAsync("flickr_edge_tokens_throttled_total"), 10, 36);
    }

    [Fact]
    public async Task A_page_left_open_with_an_expired_token_costs_its_network_nothing()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address],
            [.. _photos.Settings, ("Edge:Access:RefusalsMax", "5"), ("Edge:Access:RefusalsPerSecond", "1")]);
        var past = new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-2));
        var expired = $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, past)}";

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await edge.Client.GetAsync(expired)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK,
            (await edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}")).StatusCode);
    }

    [Fact]
    public void A_budget_comes_back_with_time_and_is_shared_by_a_network_and_by_no_other()
    {
        var time = new FakeTimeProvider();
        var budget = new RefusalBudget(Options.Create(new RefusalOptions { RefusalsMax = 3, RefusalsPerSecond = 1 }), time);
        var v4 = IPAddress.Parse("192.0.2.1");
        var v6 = IPAddress.Parse("2001:db8:1:200::1");
        for (var i = 0; i < 10; i++)
        {
            budget.Charge(i % 2 == 0 ? v4 : v4.MapToIPv6());
            budget.Charge(v6);
        }

        Assert.True(budget.IsSpent(IPAddress.Parse("192.0.2.254")));
        Assert.True(budget.IsSpent(IPAddress.Parse("2001:db8:1:2ff::9")));
        Assert.False(budget.IsSpent(IPAddress.Parse("192.0.3.1")));
        Assert.False(budget.IsSpent(IPAddress.Parse("2001:db8:1:300::1")));
        Assert.False(budget.IsSpent(null));
        time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.False(budget.IsSpent(v4));
        budget.Charge(v4);
        Assert.True(budget.IsSpent(v4));
    }

    [Fact]
    public async Task While_the_lane_of_signatures_is_full_known_and_cheap_tokens_pass()
    {
        var dear = MintKey.NewEs256("k2", "photos");
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address],
            [.. _photos.Settings, .. SettingsOf(dear), ("Edge:Access:SignaturesAtOnce", "1"),
                ("Edge:Access:SignaturesWaitingMax", "1")]);
        var known = $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, key: dear, viewer: "known")}";
        Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync(known)).StatusCode);
        var lane = edge.Services.GetRequiredService<SignatureLane>();
        Assert.True(await lane.TryEnterAsync(TestContext.Current.CancellationToken));

        var waiting = edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, key: dear, viewer: "w")}");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_signatures_waiting") == 1);
        var tooMany = await edge.Client.GetAsync(
            $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, key: dear, viewer: "x")}");
        var still = await edge.Client.GetAsync(known);
        var cheap = await edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, viewer: "y")}");
        lane.Leave();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, tooMany.StatusCode);
        Assert.Contains("urn:flickr:problem:signatures-busy", await tooMany.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        Assert.Equal(HttpStatusCode.OK, cheap.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await waiting).StatusCode);
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_signature_lane_full_total"));
    }

    /// <summary>Settings of a second key, by which tokens cost a public-key signature.</summary>
    internal static (string, string)[] SettingsOf(MintKey key) =>
    [
        ("Edge:Keys:1:Kid", key.KeyId), ("Edge:Keys:1:Issuer", key.Issuer), ("Edge:Keys:1:Algorithm", "ES256"),
        ("Edge:Keys:1:X", Base64Url.EncodeToString(key.X)), ("Edge:Keys:1:Y", Base64Url.EncodeToString(key.Y)),
    ];

    /// <summary>A client that comes from this loopback address.</summary>
    internal static HttpClient From(string address, string edge) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri(edge) };

    private string Forged(EdgeServer edge, int number)
    {
        var good = _photos.Token(edge.Authority, viewer: $"f{number}");
        var at = good.LastIndexOf('.') + 2;
        return "?" + good[..at] + (good[at] == 'A' ? 'B' : 'A') + good[(at + 1)..];
    }
}
