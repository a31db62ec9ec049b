using System.Net;
using Flickr.Edge.Leases;
using Flickr.Edge.Peers;
using Flickr.Edge.Tests.Harness;
using Flickr.Tokens;
using Flickr.Tokens.Paths;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Edge.Tests.Leases;

public sealed class OnceTokenTests
{
    private readonly PhotoOrigin _photos = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    [Fact, Trait("Requirement", "R116")]
    public async Task A_token_for_one_use_is_refused_at_every_other_edge_after_its_use()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(3, _photos, origin.Address);
        var query = Once();

        var head = await fleet.GetAsync(0, PhotoOrigin.Path + query, HttpMethod.Head);
        var first = await fleet.GetAsync(0, PhotoOrigin.Path + query);
        Assert.Equal(_photos.Body, await first.Content.ReadAsByteArrayAsync());
        var replays = await Task.WhenAll(Enumerable.Range(0, 3).Select(edge =>
            fleet.GetAsync(edge, PhotoOrigin.Path + query)));

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.All(replays, replay => Assert.Equal(HttpStatusCode.Forbidden, replay.StatusCode));
        Assert.Equal(1, await fleet.SumAsync("flickr_edge_once_total{verdict=\"first\"}"));
        Assert.Equal(3, await fleet.SumAsync("flickr_edge_once_total{verdict=\"used\"}"));
        Assert.Equal(3, await fleet.SumAsync("flickr_edge_token_verdicts_total{verdict=\"replayed\"}"));
    }

    [Fact, Trait("Requirement", "R116")]
    public async Task Of_many_who_use_it_at_all_edges_at_once_exactly_one_wins()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(4, _photos, origin.Address);

        for (var round = 0; round < 25; round++)
        {
            var query = Once();
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(client =>
                fleet.GetAsync(client % 4, PhotoOrigin.Path + query)));
            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            Assert.Equal(39, answers.Count(answer => answer.StatusCode == HttpStatusCode.Forbidden));
        }
    }

    [Fact, Trait("Requirement", "R116")]
    public async Task A_token_whose_home_cannot_be_asked_is_refused()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(3, _photos, origin.Address);
        var id = Enumerable.Range(0, 1000).Select(number => $"id{number}").First(name =>
            PeerTable.HomeOf($"{_photos.Key.Issuer}\n{name}", fleet.MapOf(0).Current.Nodes)!.Name == "e2");
        await fleet.KillAsync(2);

        var answer = await fleet.GetAsync(0, PhotoOrigin.Path + Once(id));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("urn:flickr:problem:once-unavailable", await answer.Content.ReadAsStringAsync());
        Assert.Equal(1, await fleet.Edges[0].MetricAsync("flickr_edge_once_total{verdict=\"unknown\"}"));
    }

    [Fact]
    public async Task The_same_client_may_fetch_the_rest_in_ranges()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(2, _photos, origin.Address);
        var query = Once();
        await (await fleet.GetAsync(0, PhotoOrigin.Path + query)).Content.ReadAsByteArrayAsync();

        var rest = await fleet.GetAsync(1, PhotoOrigin.Path + query,
            change: request => request.Headers.Range = new(100, null));

        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(1, await fleet.SumAsync("flickr_edge_once_total{verdict=\"same_use\"}"));
    }

    [Fact, Trait("Requirement", "R116")]
    public async Task An_edge_that_was_restarted_has_not_forgotten()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        using var folder = new TempFolder();
        HttpStatusCode before, after, fresh;
        string query;
        await using (var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings, folder))
        {
            query = Once(host: edge.Authority);
            before = (await edge.Client.GetAsync(PhotoOrigin.Path + query)).StatusCode;
        }
        await using (var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings, folder))
        {
            edge.Client.DefaultRequestHeaders.Host = Authority(query);
            after = (await edge.Client.GetAsync(PhotoOrigin.Path + query)).StatusCode;
            fresh = (await edge.Client.GetAsync(PhotoOrigin.Path + Once(host: Authority(query)))).StatusCode;
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK], [before, after, fresh]);

        string Authority(string asked) => _authorities[asked];
    }

    [Fact, Trait("Requirement", "R116")]
    public void A_journal_cut_at_any_byte_forgets_no_use_that_was_granted()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "once.journal");
        var granted = new List<(long Length, OnceUse Use)>();
        using (var used = new UsedTokens(path, new LeaseOptions(), _time))
        {
            for (var i = 0; i < 4; i++)
            {
                var use = Use($"t{i}");
                Assert.Equal(OnceVerdict.First, used.Take(use, []));
                granted.Add((new FileInfo(path).Length, use));
            }
        }
        var whole = File.ReadAllBytes(path);
        _time.Advance(TimeSpan.FromSeconds(10));

        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using var again = new UsedTokens(path, new LeaseOptions(), _time);
            foreach (var (durableAt, use) in granted.Where(entry => entry.Length <= length))
            {
                Assert.Equal(OnceVerdict.Used, again.Take(use, []));
            }
        }
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            File.WriteAllBytes(path, damaged);
            using var again = new UsedTokens(path, new LeaseOptions(), _time);
            foreach (var (_, use) in granted.SkipLast(1))
            {
                Assert.NotEqual(OnceVerdict.First, again.Take(use, []));
            }
        }
    }

    [Fact, Trait("Requirement", "R116")]
    public void Tokens_of_before_the_fleet_changed_are_refused_for_their_home_may_have_been_another()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "once.journal");
        using (var used = new UsedTokens(path, new LeaseOptions(), _time))
        {
            Assert.Equal(OnceVerdict.First, used.Take(Use("a"), ["e0", "e1"]));
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(OnceVerdict.Unknown, used.Take(Use("b", ago: 3), ["e0", "e1", "e2"]));
            Assert.Equal(OnceVerdict.First, used.Take(Use("c"), ["e2", "e1", "e0"]));
        }
        _time.Advance(TimeSpan.FromSeconds(5));

        using var again = new UsedTokens(path, new LeaseOptions(), _time);
        Assert.Equal(OnceVerdict.First, again.Take(Use("d", ago: 4), ["e0", "e1", "e2"]));
        Assert.Equal(OnceVerdict.Used, again.Take(Use("c"), ["e0", "e1", "e2"]));
    }

    [Fact]
    public void When_full_it_refuses_until_tokens_expire()
    {
        using var folder = new TempFolder();
        using var used = new UsedTokens(Path.Combine(folder.Path, "once.journal"),
            new LeaseOptions { UsedTokensMax = 100 }, _time);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(OnceVerdict.First, used.Take(Use($"t{i}"), []));
        }
        Assert.Equal(OnceVerdict.Unknown, used.Take(Use("late"), []));

        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(OnceVerdict.First, used.Take(Use("later"), []));
        Assert.Equal(1, used.Count);
    }

    private readonly Dictionary<string, string> _authorities = [];

    private OnceUse Use(string id, int ago = 0) => new(id, 1, _time.GetUtcNow().ToUnixTimeSeconds() - ago,
        _time.GetUtcNow().ToUnixTimeSeconds() + 300, false);

    private string Once(string? id = null, string host = EdgeFleet.Host)
    {
        var grant = Grant.ForOwner("alice-id", 1).ForViewer("viewer-1").ForHost(host)
            .Exact(CanonicalPath.Parse(PhotoOrigin.Path)).Open(PhotoClasses.Thumb).Once();
        var query = "?" + new TokenMinter(_photos.Key, TimeProvider.System)
            .MintQuery(id is null ? grant : grant.WithTokenId(id));
        _authorities[query] = host;
        return query;
    }
}
