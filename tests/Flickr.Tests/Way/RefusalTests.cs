using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Flickr.Client;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Tests.Way;

/// <summary>Bad input from outside, each with the clear answer it gets.</summary>
public sealed class RefusalTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private readonly HttpClient _browser = new();

    [Fact]
    [Trait("Requirement", "R034")]
    public async Task A_missing_forged_expired_or_foreign_token_opens_nothing_and_the_origin_is_not_asked()
    {
        using var alice = await system.PersonAsync();
        using var mallory = await system.PersonAsync();
        await alice.PublishAsync("nature", "a.jpg", Photographs.Different("tokens"));
        await mallory.PublishAsync("nature", "a.jpg", Photographs.Different("mallory"));
        var url = UrlOf(await alice.PageAsync("nature"));
        var (path, version, token) = Parts(url);
        var (_, _, foreign) = Parts(UrlOf(await mallory.PageAsync("nature")));
        Assert.Equal(HttpStatusCode.OK, (await _browser.GetAsync(url)).StatusCode);
        var before = await Metrics.SumAsync(_browser, system.Up.Admin(1), "flickr_edge_fetches_total");

        string At(string? query) => $"{path}?{version}{(query is null ? "" : "&" + query)}";
        var middle = token.Length / 2;
        var forged = token[..middle] + (token[middle] == 'A' ? 'B' : 'A') + token[(middle + 1)..];
        await AssertRefusedAsync(At(null), 401, "token-missing");
        await AssertRefusedAsync(At(forged), 403, "token-refused");
        await AssertRefusedAsync(At(foreign), 403, "token-refused");
        await AssertRefusedAsync(At(await ExpiredAsync(alice.Id, path)), 401, "token-expired");
        await AssertRefusedAsync(At(token + "&" + token), 403, "token-refused");
        await AssertRefusedAsync(At("fs=" + new string('x', 50)), 403, "token-refused");

        Assert.Equal(before,
            await Metrics.SumAsync(_browser, system.Up.Admin(1), "flickr_edge_fetches_total"));
    }

    [Theory]
    [InlineData("/alice/nature/original/..%2fswans.png")]
    [InlineData("/alice/nature/original/..%2Fswans.png")]
    [InlineData("/alice/nature/../nature/original/swans.png")]
    [InlineData("/alice/%2e%2e/nature/original/swans.png")]
    [InlineData("/alice//nature/original/swans.png")]
    [InlineData("/alice/nature/original/swans%2epng")]
    [InlineData("/alice/nature/original/swans%00.png")]
    [InlineData("/alice/nature/original/swans%ff.png")]
    [InlineData("/alice/nature/original/swans%2")]
    [InlineData("/alice/nature\\original\\swans.png")]
    public async Task A_path_that_is_not_canonical_is_refused_not_repaired(string target)
    {
        var before = await Metrics.SumAsync(_browser, system.Up.Admin(1), "flickr_edge_fetches_total");

        var answer = await RawAsync(target);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Equal(before,
            await Metrics.SumAsync(_browser, system.Up.Admin(1), "flickr_edge_fetches_total"));
    }

    [Theory]
    [InlineData("derived/baseline-truncated.jpg", "cut.jpg", "image-damaged")]
    [InlineData("derived/progressive-truncated.jpg", "cut-progressive.jpg", "image-damaged")]
    [InlineData("hostile/bomb_900mp_1bit.png", "bomb.png", "image-too-large")]
    [InlineData("hostile/bomb_3600mp_hdr_only.png", "header.png", "image-too-large")]
    public async Task A_file_that_is_no_good_photo_fails_with_a_clear_problem_and_the_service_goes_on(
        string sample, string name, string problem)
    {
        using var alice = await system.PersonAsync();

        var (status, body) = await alice.SendAsync("nature", name, Samples.Read(sample));
        if (status == HttpStatusCode.Accepted)
        {
            body = await alice.EndOfAsync(body.GetProperty("id").GetString()!);
            Assert.Equal("failed", body.GetProperty("state").GetString());
            body = body.GetProperty("problem");
        }
        else
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        }

        Assert.Equal("urn:flickr:problem:" + problem, body.GetProperty("type").GetString());
        Assert.True(body.GetProperty("title").GetString()!.Length > 10);
        Assert.Empty((await alice.PageAsync("nature")).GetProperty("items").EnumerateArray());
        await alice.PublishAsync("nature", "good.jpg", Photographs.Different(name));
    }

    [Fact]
    public async Task A_text_file_named_jpg_is_refused_at_once()
    {
        using var alice = await system.PersonAsync();

        var (status, body) = await alice.SendAsync("nature", "notes.jpg",
            Encoding.UTF8.GetBytes("Dear diary, this is no photo at all."));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        Assert.Equal("urn:flickr:problem:image-format-unknown", body.GetProperty("type").GetString());
    }

    /// <summary>A token that was good an hour ago, made with the installation's own key.</summary>
    private async Task<string> ExpiredAsync(string owner, string path)
    {
        using var api = new Api(system.Up.ControlPlane, system.Up.Secret("service"));
        using var controlPlane = new ControlPlaneClient(api);
        var key = KeyMaterialReading.MintKeyOf(await controlPlane.MintKeysAsync(CancellationToken.None),
            SigningAlgorithm.HS256);
        var past = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(
            TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        var canonical = CanonicalPath.Parse(new Uri(path).AbsolutePath);
        var grant = Grant.ForOwner(owner, 0).ForHost(system.Up.Edge.Authority).Depth(2, canonical);
        return new TokenMinter(key, past).MintQuery(grant);
    }

    private async Task AssertRefusedAsync(string url, int status, string problem)
    {
        using var answer = await _browser.GetAsync(url);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{url} answered {answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(text);
        Assert.Equal("urn:flickr:problem:" + problem, document.RootElement.GetProperty("type").GetString());
    }

    /// <summary>The bytes of the target as written: a client library would repair them.</summary>
    private async Task<string> RawAsync(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, system.Up.Edge.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(
            $"GET {target} HTTP/1.1\r\nHost: {system.Up.Edge.Authority}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    private static string UrlOf(JsonElement page) => page.GetProperty("items")[0].GetProperty("thumbnail")
        .GetProperty("url").GetString()!;

    private static (string Path, string Version, string Token) Parts(string url)
    {
        var uri = new Uri(url);
        var pairs = uri.Query.TrimStart('?').Split('&');
        return (uri.GetLeftPart(UriPartial.Path),
            pairs.Single(pair => pair.StartsWith("v=", StringComparison.Ordinal)),
            pairs.Single(pair => !pair.StartsWith("v=", StringComparison.Ordinal)));
    }
}
