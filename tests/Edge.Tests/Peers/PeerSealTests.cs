using System.Net;
using Flickr.Edge.Headers;
using Flickr.Edge.Peers;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Peers;

public sealed class PeerSealTests
{
    private readonly PhotoOrigin _photos = new();
    private readonly PeerSeal _seal = new(EdgeFleet.Key);

    [Fact, Trait("Requirement", "R034")]
    public async Task No_client_passes_for_another_edge()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        var question = Question(PhotoOrigin.Path);
        var now = DateTimeOffset.UtcNow;
        var good = _seal.Ask("e1", "e0", now, question);
        var refused = new (string Why, string? Ask, string Target, string? Loop, HttpStatusCode Status)[]
        {
            ("no seal", null, PhotoOrigin.Path, "flickr", HttpStatusCode.Forbidden),
            ("another secret", new PeerSeal(new string('x', 40)).Ask("e1", "e0", now, question), PhotoOrigin.Path,
                "flickr", HttpStatusCode.Forbidden),
            ("for another edge", _seal.Ask("e0", "e1", now, question), PhotoOrigin.Path, "flickr", HttpStatusCode.Forbidden),
            ("too old", _seal.Ask("e1", "e0", now.AddSeconds(-31), question), PhotoOrigin.Path, "flickr",
                HttpStatusCode.Forbidden),
            ("another target", good, "/alice/nature/thumbnail/other.jpg", "flickr", HttpStatusCode.Forbidden),
            ("never through an edge", good, PhotoOrigin.Path, null, HttpStatusCode.LoopDetected),
            ("a second hop", good, PhotoOrigin.Path, "flickr, flickr", HttpStatusCode.LoopDetected),
        };

        foreach (var (why, ask, target, loop, status) in refused)
        {
            var answer = await SendAsync(fleet.Edges[0].PeerAddress, target, ask, loop);
            Assert.True(status == answer.StatusCode, $"{why}: {answer.StatusCode}");
        }
        Assert.Equal(0, origin.Count);
        Assert.Equal(5, await fleet.Edges[0].MetricAsync("flickr_edge_peer_replies_total{result=\"refused\"}"));
        Assert.Equal(2, await fleet.Edges[0].MetricAsync("flickr_edge_peer_replies_total{result=\"loop\"}"));
        Assert.Equal(HttpStatusCode.OK,
            (await SendAsync(fleet.Edges[0].PeerAddress, PhotoOrigin.Path, good, "flickr")).StatusCode);
    }

    [Fact]
    public async Task An_ask_that_comes_to_the_listener_of_clients_is_refused_whoever_sends_it()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        var good = _seal.Ask("e1", "e0", DateTimeOffset.UtcNow, Question(PhotoOrigin.Path));

        var answer = await SendAsync(fleet.Edges[0].Address, PhotoOrigin.Path, good, null);

        Assert.Equal(HttpStatusCode.LoopDetected, answer.StatusCode);
        Assert.Equal(0, origin.Count);
    }

    [Fact]
    public void A_head_comes_back_as_it_was_and_not_at_all_when_a_bit_is_changed()
    {
        var head = new PeerAnswerHead(new StoredHead(200, HeaderBlock.Of(("ETag", "\"1\""), ("X", "y z")),
            DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), DateTimeOffset.FromUnixTimeSeconds(1_700_000_001),
            default), false, 41, 3, true);
        var field = head.Write(_seal, "ask")!;

        var read = PeerAnswerHead.Read(field, _seal, "ask")!;
        Assert.Equal((41, 3, true, false), (read.FillSequence, read.Term, read.IsHot, read.IsMatch));
        Assert.Equal("\"1\"", read.Head.Headers.First("ETag"));
        Assert.Equal(head.Head.ResponseTime, read.Head.ResponseTime);
        Assert.Null(PeerAnswerHead.Read(field, _seal, "another ask"));
        for (var at = 0; at < field.Length; at++)
        {
            var changed = field[..at] + (char)(field[at] ^ 1) + field[(at + 1)..];
            Assert.Null(PeerAnswerHead.Read(changed, _seal, "ask"));
        }
    }

    private static PeerQuestion Question(string target) =>
        new("GET", EdgeFleet.Host, target, PeerFills.ConditionsOf(null, null));

    private static async Task<HttpResponseMessage> SendAsync(string address, string target, string? ask, string? loop)
    {
        using var client = EdgeServer.NewClient(address);
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.Host = EdgeFleet.Host;
        if (ask is not null)
        {
            request.Headers.TryAddWithoutValidation(PeerSeal.AskField, ask);
        }
        if (loop is not null)
        {
            request.Headers.TryAddWithoutValidation("CDN-Loop", loop);
        }
        return await client.SendAsync(request);
    }
}
