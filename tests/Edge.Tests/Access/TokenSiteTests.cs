using System.Net;
using Flickr.Edge.Tests.Harness;
using Flickr.Tokens;

namespace Flickr.Edge.Tests.Access;

public sealed class TokenSiteTests
{
    private readonly PhotoOrigin _photos = new();

    [Fact, Trait("Requirement", "R035")]
    public async Task Two_tokens_for_one_object_make_one_fetch_and_one_entry()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);

        var first = await edge.Client.GetAsync(
            $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, viewer: "v1")}");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        var second = await edge.Client.GetAsync(
            $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority, viewer: "v2")}");

        Assert.Equal(_photos.Body, await first.Content.ReadAsByteArrayAsync());
        Assert.Equal(_photos.Body, await second.Content.ReadAsByteArrayAsync());
        Assert.Contains("hit", second.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(1, origin.Count);
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_memory_objects"));
    }

    [Fact, Trait("Requirement", "R034")]
    public async Task A_cached_object_is_refused_to_bad_tokens_without_touching_the_origin()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);
        var good = _photos.Token(edge.Authority);
        await edge.Client.GetAsync($"{PhotoOrigin.Path}?{good}");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        var past = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-2));
        var at = good.LastIndexOf('.') + 2;
        var refusals = new (string Query, HttpStatusCode Status, string Problem)[]
        {
            ("", HttpStatusCode.Unauthorized, "token-missing"),
            ("?" + good[..at] + (good[at] == 'A' ? 'B' : 'A') + good[(at + 1)..], HttpStatusCode.Forbidden,
                "token-refused"),
            ("?" + _photos.Token(edge.Authority, past), HttpStatusCode.Unauthorized, "token-expired"),
            ("?" + _photos.Token("other.example"), HttpStatusCode.Forbidden, "token-refused"),
            ("?" + _photos.Token(edge.Authority, path: "/bob/x/thumbnail/y.jpg"), HttpStatusCode.Forbidden,
                "token-refused"),
            ("?" + _photos.Token(edge.Authority, owner: "bob-id"), HttpStatusCode.Forbidden, "token-refused"),
            ("?" + _photos.Token(edge.Authority, key: MintKey.NewHs256("k1", "photos")),
                HttpStatusCode.Forbidden, "token-refused"),
            ("?" + good + "&" + good, HttpStatusCode.Forbidden, "token-refused"),
            ("?fs=", HttpStatusCode.Forbidden, "token-refused"),
        };

        foreach (var (query, status, problem) in refusals)
        {
            var answer = await edge.Client.GetAsync(PhotoOrigin.Path + query);
            Assert.Equal(status, answer.StatusCode);
            Assert.Contains($"urn:flickr:problem:{problem}\"", await answer.Content.ReadAsStringAsync());
        }
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task A_public_object_needs_no_token_and_a_private_one_says_nothing_of_itself()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);

        var isPrivate = await edge.Client.GetAsync("/alice/nature/thumbnail/a.jpg");
        _photos.Visibility = "public";
        var isPublic = await edge.Client.GetAsync("/alice/nature/thumbnail/b.jpg");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 2);
        var again = await edge.Client.GetAsync("/alice/nature/thumbnail/b.jpg");

        Assert.Equal(HttpStatusCode.Unauthorized, isPrivate.StatusCode);
        Assert.False(isPrivate.Headers.Contains("ETag"));
        Assert.Equal(HttpStatusCode.OK, isPublic.StatusCode);
        Assert.Contains("hit", again.Headers.GetValues("Cache-Status").Single());
        Assert.Equal("public, max-age=300, no-transform",
            again.Headers.CacheControl!.ToString().Replace("no-transform, public, max-age=300",
                "public, max-age=300, no-transform"));
        Assert.DoesNotContain(again.Headers, field => field.Key.StartsWith("Flickr-")
            || field.Key == "Surrogate-Key");
    }

    [Fact]
    public async Task A_private_object_is_told_to_browsers_as_private_for_a_minute_at_most()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);

        var answer = await edge.Client.GetAsync($"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}");

        Assert.True(answer.Headers.CacheControl!.Private);
        Assert.Equal(TimeSpan.FromSeconds(60), answer.Headers.CacheControl.MaxAge);
        Assert.True(answer.Headers.CacheControl.NoTransform);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_token_reaches_neither_origin_nor_log_nor_key()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "access.log");
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        string token;
        await using (var edge = await EdgeServer.StartAsync(
            [origin.Address], [.. _photos.Settings, ("Edge:AccessLog:Path", path)], folder))
        {
            token = _photos.Token(edge.Authority);
            await edge.Client.GetAsync($"{PhotoOrigin.Path}?v=abc&{token}");
            await edge.Client.GetAsync($"{PhotoOrigin.Path}?{token}x");
            var ring = await edge.Admin.GetStringAsync("/log");
            Assert.DoesNotContain(token, ring);
            Assert.DoesNotContain(token, await edge.Admin.GetStringAsync("/metrics"));
        }

        Assert.All(origin.Seen, seen =>
        {
            Assert.DoesNotContain("fs=", seen.Target);
            Assert.DoesNotContain(seen.Fields, field => field.Value.Contains(token[5..40]));
        });
        var lines = await File.ReadAllLinesAsync(path);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.DoesNotContain(token[3..40], line));
        Assert.DoesNotContain(TestLog.Lines, line => line.Contains(token[3..]));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task A_token_site_takes_get_and_head_only(string method)
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);

        var answer = await edge.Client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method),
                $"{PhotoOrigin.Path}?{_photos.Token(edge.Authority)}"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(0, origin.Count);
    }

    [Fact]
    public async Task Bytes_of_another_version_than_the_address_names_are_passed_on_but_not_stored()
    {
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);
        var token = _photos.Token(edge.Authority);

        var first = await edge.Client.GetAsync($"{PhotoOrigin.Path}?v=000000000000&{token}");
        var second = await edge.Client.GetAsync($"{PhotoOrigin.Path}?v=000000000000&{token}");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(_photos.Body, await second.Content.ReadAsByteArrayAsync());
        Assert.Equal(2, origin.Count);
    }
}
