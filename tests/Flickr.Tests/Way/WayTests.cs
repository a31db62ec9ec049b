using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Flickr.Tests.Way;

/// <summary>The way of one photo, end to end, over the listeners that clients use.</summary>
public sealed class WayTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private static readonly TimeSpan RefusalBound = TimeSpan.FromSeconds(2);

    private readonly HttpClient _browser = new();

    [Fact]
    [Trait("Requirement", "R003")]
    [Trait("Requirement", "R035")]
    [Trait("Requirement", "R043")]
    public async Task Photos_go_up_and_every_image_byte_of_the_page_comes_from_the_edge_with_one_token()
    {
        using var alice = await system.PersonAsync();
        string[] samples =
            ["photos/chelsea.png", "photos/rocket.jpg", "derived/lossy.webp", "orientation/Portrait_6.jpg"];
        foreach (var sample in samples)
        {
            await alice.PublishAsync("nature", Path.GetFileName(sample), Samples.Read(sample));
        }

        var page = await alice.PageAsync("nature");

        var items = page.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(samples.Select(Path.GetFileName)
            .Order(), items.Select(item => item.GetProperty("name").GetString()).Order());
        var token = page.GetProperty("token").GetString()!;
        foreach (var item in items)
        {
            foreach (var (rung, side) in ((string, int)[])[("thumbnail", 320), ("hd", 1280)])
            {
                var url = item.GetProperty(rung).GetProperty("url").GetString()!;
                Assert.StartsWith(system.Up.Edge.ToString(), url, StringComparison.Ordinal);
                Assert.Contains(token, url, StringComparison.Ordinal);
                Assert.DoesNotContain("/original/", url, StringComparison.Ordinal);
                await AssertServedOnceThenCachedAsync(url, side);
            }
        }
    }

    [Fact]
    [Trait("Requirement", "R006")]
    public async Task An_original_opens_with_its_own_token_and_is_the_file_that_was_sent()
    {
        using var alice = await system.PersonAsync();
        var photo = Samples.Read("photos/chelsea.png");
        var id = await alice.PublishAsync("nature", "chelsea.png", photo);

        var original = await alice.CallAsync(HttpMethod.Post, $"/api/v1/photos/{id}/original");

        var bytes = await _browser.GetByteArrayAsync(original.GetProperty("url").GetString());
        Assert.Equal(photo, bytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(photo)), original.GetProperty("digest")
            .GetString());
        var page = await alice.PageAsync("nature");
        Assert.DoesNotContain(page.GetProperty("token").GetString()!, original.GetProperty("url")
            .GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R011")]
    public async Task What_others_see_of_a_photo_does_not_say_where_it_was_taken()
    {
        using var alice = await system.PersonAsync();
        await alice.PublishAsync("nature", "gps.jpg", Samples.Read("derived/gps.jpg"));

        var item = (await alice.PageAsync("nature")).GetProperty("items")[0];

        foreach (var rung in (string[])["thumbnail", "hd"])
        {
            var bytes =
                await _browser.GetByteArrayAsync(item.GetProperty(rung).GetProperty("url").GetString());
            Assert.Equal(-1, bytes.AsSpan().IndexOf("Exif"u8));
        }
    }

    [Fact]
    [Trait("Requirement", "R023")]
    public async Task A_deleted_photo_is_refused_by_the_edge_within_two_seconds_although_its_bytes_were_cached()
    {
        using var alice = await system.PersonAsync();
        var id = await alice.PublishAsync("nature", "a.jpg", Photographs.Different("delete"));
        await alice.PublishAsync("nature", "b.jpg", Photographs.Different("stay"));
        var items = (await alice.PageAsync("nature")).GetProperty("items").EnumerateArray()
            .ToDictionary(item => item.GetProperty("name").GetString()!);
        var (gone, stays) = (UrlOf(items["a.jpg"]), UrlOf(items["b.jpg"]));
        await Patiently.UntilAsync("the bytes are cached", TimeSpan.FromSeconds(5), async () =>
            (await FetchAsync(gone)).CacheStatus.Contains("hit", StringComparison.Ordinal));

        var clock = Stopwatch.StartNew();
        var answer = await alice.CallAsync(HttpMethod.Delete, $"/api/v1/photos/{id}");

        Assert.True(answer.GetProperty("receipt")
            .ValueKind is JsonValueKind.String or JsonValueKind.Object, answer.ToString());
        await UntilRefusedAsync(gone, clock);
        Assert.Equal(HttpStatusCode.OK, (await FetchAsync(stays)).Status);
        Assert.DoesNotContain((await alice.PageAsync("nature")).GetProperty("items")
            .EnumerateArray(), item => item.GetProperty("id").GetString() == id);
    }

    [Fact]
    [Trait("Requirement", "R008")]
    [Trait("Requirement", "R024")]
    public async Task An_owner_who_goes_private_is_refused_to_strangers_within_two_seconds()
    {
        using var alice = await system.PersonAsync();
        await alice.CallAsync(HttpMethod.Patch, "/api/v1/me", new { visibility = "public" });
        var id = await alice.PublishAsync("nature", "a.jpg", Photographs.Different("private"));
        await alice.CallAsync(HttpMethod.Patch, $"/api/v1/photos/{id}", new { visibility = "public" });
        var url = WithoutToken(UrlOf((await alice.PageAsync("nature")).GetProperty("items")[0]));
        await Patiently.UntilAsync("a stranger sees the public photo", TimeSpan.FromSeconds(20), async () =>
            (await FetchAsync(url)).Status == HttpStatusCode.OK);
        await FetchAsync(url);

        var clock = Stopwatch.StartNew();
        await alice.CallAsync(HttpMethod.Patch, "/api/v1/me", new { visibility = "private" });

        await UntilRefusedAsync(url, clock);
        // Tokens count whole seconds: one of the very second of the purge that made the photo public a moment ago is still shut.
        await Patiently.UntilAsync("the owner's new page opens the photo", TimeSpan.FromSeconds(20), async () =>
            (await FetchAsync(UrlOf((await alice.PageAsync("nature")).GetProperty("items")[0]))).Status == HttpStatusCode.OK);
    }

    [Fact]
    [Trait("Requirement", "R003")]
    public async Task Photos_itself_answers_no_image_byte()
    {
        using var alice = await system.PersonAsync();
        await alice.PublishAsync("nature", "a.jpg", Photographs.Different("bytes"));
        var url = new Uri(UrlOf((await alice.PageAsync("nature")).GetProperty("items")[0]));

        using var answer = await _browser.GetAsync(new Uri(system.Up.Photos, url.PathAndQuery));

        Assert.False(answer.Content.Headers.ContentType?.MediaType?.StartsWith("image/",
            StringComparison.Ordinal) == true);
        Assert.True((int)answer.StatusCode >= 300);
    }

    [Fact]
    [Trait("Requirement", "R117")]
    public async Task Two_hundred_requests_for_one_cold_object_are_one_fetch_from_the_origin_and_every_body_is_whole()
    {
        using var alice = await system.PersonAsync();
        await alice.PublishAsync("nature", "a.jpg", Photographs.Different("collapse"));
        var url = UrlOf((await alice.PageAsync("nature")).GetProperty("items")[0]);
        var before = await FetchesAsync();
        using var crowd = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 });
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var answers = Enumerable.Range(0, 200).Select(async _ =>
        {
            await gate.Task;
            return Convert.ToHexStringLower(SHA256.HashData(await crowd.GetByteArrayAsync(url)));
        }).ToList();
        gate.SetResult();
        var digests = await Task.WhenAll(answers);

        Assert.Equal(1, await FetchesAsync() - before);
        Assert.Single(digests.Distinct());
        Assert.Contains("v=" + digests[0][..12], url, StringComparison.Ordinal);
    }

    /// <summary>A request right behind the first may still join its fill; it never makes another.</summary>
    private async Task AssertServedOnceThenCachedAsync(string url, int sideMax)
    {
        var before = await FetchesAsync();
        var first = await FetchAsync(url);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Contains("fwd=", first.CacheStatus, StringComparison.Ordinal);
        await Patiently.UntilAsync("a hit on " + url, TimeSpan.FromSeconds(5), async () =>
        {
            var later = await FetchAsync(url);
            Assert.Equal((HttpStatusCode.OK, first.Body.Length), (later.Status, later.Body.Length));
            Assert.Equal(first.Body, later.Body);
            return later.CacheStatus.Contains("hit", StringComparison.Ordinal);
        });
        Assert.Equal(before + 1, await FetchesAsync());
        Assert.InRange(Photographs.LongerSide(first.Body), 1, sideMax);
        var version = Convert.ToHexStringLower(SHA256.HashData(first.Body))[..12];
        Assert.Contains("v=" + version, url, StringComparison.Ordinal);
    }

    /// <summary>Fetches that were decided on. A hedge asks a second replica on purpose when the first is slow, as on a busy machine.</summary>
    private async Task<double> FetchesAsync() =>
        await Metrics.SumAsync(_browser, system.Up.Admin(1), "flickr_edge_fetches_total")
        - await Metrics.SumAsync(_browser, system.Up.Admin(1), "flickr_edge_fetch_hedges_total");

    private async Task UntilRefusedAsync(string url, Stopwatch clock)
    {
        HttpStatusCode status;
        do
        {
            status = (await FetchAsync(url)).Status;
        }
        while (status == HttpStatusCode.OK && clock.Elapsed < TimeSpan.FromSeconds(20));
        Assert.True((int)status is 401 or 403 or 404 or 410, $"answered {status}");
        Assert.True(clock.Elapsed < RefusalBound, $"refused only after {clock.Elapsed}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"refused after {clock.Elapsed.TotalMilliseconds:0} ms with {(int)status}");
    }

    private async Task<(HttpStatusCode Status, string CacheStatus, byte[] Body)> FetchAsync(string url)
    {
        using var answer = await _browser.GetAsync(url);
        var status = answer.Headers.TryGetValues("Cache-Status", out var values) ? string.Join(", ", values)
            : "";
        return (answer.StatusCode, status, await answer.Content.ReadAsByteArrayAsync());
    }

    private static string UrlOf(JsonElement item) => item.GetProperty("thumbnail").GetProperty("url")
        .GetString()!;

    private static string WithoutToken(string url)
    {
        var uri = new Uri(url);
        var query = uri.Query.TrimStart('?').Split('&')
            .Where(pair => pair.StartsWith("v=", StringComparison.Ordinal));
        return uri.GetLeftPart(UriPartial.Path) + "?" + string.Join('&', query);
    }
}
