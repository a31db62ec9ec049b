using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Photos.Tests.Gallery;

public sealed class GalleryTests
{
    private static byte[] Coffee => File.ReadAllBytes(Samples.File("derived/baseline.jpg"));

    [Fact, Trait("Requirement", "R076"), Trait("Requirement", "R077")]
    public async Task A_page_has_one_token_that_opens_its_album_and_nothing_else()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.PublishAsync(alice, 3);

        var page = await host.AlbumAsync(alice);

        var tokens = page.GetProperty("items").EnumerateArray()
            .SelectMany(item => new[] { item.GetProperty("thumbnail"), item.GetProperty("hd") })
            .Select(file => Query(file.GetProperty("url").GetString()!, "fs")).Distinct().ToList();
        var token = Assert.Single(tokens);
        Assert.Equal(token, page.GetProperty("token").GetString());
        Assert.Equal(TokenVerdict.Valid, Verify(host, token, TokenForm.Fs1, "/alice/nature/thumbnail/p0_thumbnail.jpg", PhotoClasses.Thumb));
        Assert.Equal(TokenVerdict.Valid, Verify(host, token, TokenForm.Fs1, "/alice/nature/album.json", PhotoClasses.Metadata));
        Assert.NotEqual(TokenVerdict.Valid, Verify(host, token, TokenForm.Fs1, "/alice/other/thumbnail/p0_thumbnail.jpg", PhotoClasses.Thumb));
        Assert.NotEqual(TokenVerdict.Valid, Verify(host, token, TokenForm.Fs1, "/alice/nature/original/p0.jpg", PhotoClasses.Original));
    }

    [Fact, Trait("Requirement", "R006"), Trait("Requirement", "R077")]
    public async Task An_original_is_opened_by_an_exact_short_token()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];

        using var answer = await alice.PostAsync($"/api/v1/photos/{id}/original", null);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();

        var url = body.GetProperty("url").GetString()!;
        Assert.StartsWith(PhotosHost.Edge + "/alice/nature/original/p0.jpg?v=" + body.GetProperty("digest").GetString()![..12], url);
        var token = Query(url, "URISigningPackage");
        Assert.Equal(TokenVerdict.Valid, Verify(host, token, TokenForm.Jwt, "/alice/nature/original/p0.jpg", PhotoClasses.Original));
        Assert.NotEqual(TokenVerdict.Valid, Verify(host, token, TokenForm.Jwt, "/alice/nature/original/p1.jpg", PhotoClasses.Original));
        Assert.Equal("private", host.Origin.Links["/alice/nature/original/p0.jpg"].Visibility);
    }

    [Fact, Trait("Requirement", "R023")]
    public async Task Deleting_removes_the_links_posts_the_invalidation_and_answers_with_the_receipt()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 2);

        using var answer = await alice.DeleteAsync($"/api/v1/photos/{ids[0]}?wait=10000");
        var receipt = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("receipt");

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        Assert.Contains(host.ControlPlane.Invalidations, order =>
            order.GetProperty("kind").GetString() == "tag" && order.GetProperty("value").GetString() == "photo:" + ids[0]);
        Assert.All(host.Origin.Links.Where(link => link.Key.Contains("/p0")), link => Assert.True(link.Value.IsDeleted));
        Assert.Equal(ids[1], Assert.Single((await host.AlbumAsync(alice)).GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        using var again = await alice.DeleteAsync($"/api/v1/photos/{ids[0]}");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        await DocumentAsync(host, photos => photos.Count == 1);
    }

    [Fact]
    public async Task A_name_can_be_used_again_after_its_photo_was_deleted()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 1);
        (await alice.DeleteAsync($"/api/v1/photos/{ids[0]}?wait=10000")).Dispose();

        var end = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, Coffee, "p0.jpg"));

        Assert.Equal("published", end.GetProperty("state").GetString());
        Assert.False(host.Origin.Links["/alice/nature/original/p0.jpg"].IsDeleted);
        Assert.NotEqual(ids[0], end.GetProperty("photoId").GetString());
    }

    [Fact, Trait("Requirement", "R008"), Trait("Requirement", "R024")]
    public async Task A_private_account_raises_the_epoch_first_and_rewrites_its_links_after()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        await SetAsync(alice, "/api/v1/me", "public");
        await PhotosHost.PublishAsync(alice, 2);
        Assert.Equal("public", host.Origin.Links["/alice/nature/hd/p0_hd.jpg"].Visibility);
        Assert.Equal(2, (await host.Anonymous.GetFromJsonAsync<JsonElement>("/api/v1/albums/nature/photos?owner=alice")).GetProperty("items").GetArrayLength());

        var me = await SetAsync(alice, "/api/v1/me", "private");

        Assert.Equal(2, me.GetProperty("epoch").GetInt64());
        Assert.Equal("confirmed", me.GetProperty("receipt").GetProperty("state").GetString());
        Assert.Contains(host.ControlPlane.Invalidations, order =>
            order.GetProperty("kind").GetString() == "owner" && order.GetProperty("epoch").GetInt64() == 2);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Anonymous.GetAsync("/api/v1/albums/nature/photos?owner=alice")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Anonymous.GetAsync("/api/v1/albums?owner=alice")).StatusCode);
        await PhotosHost.UntilAsync(
            () => Task.FromResult(host.Origin.Links.Values.Select(link => (link.Visibility, link.Epoch)).Distinct().ToList()),
            kinds => kinds is [("private", 2)]);
    }

    [Fact, Trait("Requirement", "R009"), Trait("Requirement", "R058")]
    public async Task A_private_photo_of_a_public_account_is_in_no_page_and_no_document_of_others()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        await SetAsync(alice, "/api/v1/me", "public");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        await DocumentAsync(host, photos => photos.Count == 2);

        var answer = await SetAsync(alice, $"/api/v1/photos/{ids[0]}?wait=10000", "private");

        Assert.Equal("confirmed", answer.GetProperty("receipt").GetProperty("state").GetString());
        Assert.Equal("private", host.Origin.Links["/alice/nature/thumbnail/p0_thumbnail.jpg"].Visibility);
        Assert.Equal("public", host.Origin.Links["/alice/nature/thumbnail/p1_thumbnail.jpg"].Visibility);
        var page = await bob.GetFromJsonAsync<JsonElement>("/api/v1/albums/nature/photos?owner=alice");
        Assert.Equal(ids[1], Assert.Single(page.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.False(page.TryGetProperty("token", out _));
        Assert.Equal(HttpStatusCode.NotFound, (await bob.GetAsync($"/api/v1/photos/{ids[0]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bob.PostAsync($"/api/v1/photos/{ids[0]}/original", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bob.DeleteAsync($"/api/v1/photos/{ids[1]}")).StatusCode);
        Assert.Equal(2, (await host.AlbumAsync(alice)).GetProperty("items").GetArrayLength());
        var photos = await DocumentAsync(host, list => list.Count == 1);
        Assert.Equal(ids[1], photos[0].GetProperty("id").GetString());
    }

    [Fact, Trait("Requirement", "R049"), Trait("Requirement", "R075")]
    public async Task A_shared_photo_is_opened_for_its_guest_by_exact_tokens_and_its_neighbours_stay_shut()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        using var shared = await alice.PutAsync($"/api/v1/photos/{ids[0]}/shares/bob", null);
        Assert.Equal(HttpStatusCode.NoContent, shared.StatusCode);

        var page = await bob.GetFromJsonAsync<JsonElement>("/api/v1/albums/nature/photos?owner=alice");

        var item = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal(ids[0], item.GetProperty("id").GetString());
        Assert.False(page.TryGetProperty("token", out _));
        var token = Query(item.GetProperty("thumbnail").GetProperty("url").GetString()!, "URISigningPackage");
        Assert.Equal(TokenVerdict.Valid, Verify(host, token, TokenForm.Jwt, "/alice/nature/thumbnail/p0_thumbnail.jpg", PhotoClasses.Thumb));
        Assert.NotEqual(TokenVerdict.Valid, Verify(host, token, TokenForm.Jwt, "/alice/nature/thumbnail/p1_thumbnail.jpg", PhotoClasses.Thumb));
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gap_or_repetition()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 5);
        var seen = new List<string?>();
        string? after = null;
        do
        {
            var page = await alice.GetFromJsonAsync<JsonElement>(
                $"/api/v1/albums/nature/photos?limit=2{(after is null ? "" : "&after=" + after)}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);

        Assert.Equal(ids.Reverse<string>(), seen!);
    }

    [Fact]
    public async Task Titles_are_changed_and_shown_in_the_albums_document()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 1);

        using var answer = await alice.PatchAsJsonAsync($"/api/v1/photos/{ids[0]}", new { title = "저녁노을" });

        Assert.Equal("저녁노을", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString());
        await DocumentAsync(host, photos => photos.Count == 1 && photos[0].GetProperty("title").GetString() == "저녁노을");
        Assert.DoesNotContain(host.ControlPlane.Invalidations, order => order.GetProperty("kind").GetString() == "tag");
    }

    [Fact, Trait("Requirement", "R121")]
    public async Task Albums_are_listed_with_count_and_cover()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.PublishAsync(alice, 2);

        var albums = (await alice.GetFromJsonAsync<JsonElement>("/api/v1/albums")).GetProperty("albums");

        var album = Assert.Single(albums.EnumerateArray());
        Assert.Equal(("nature", 2), (album.GetProperty("name").GetString(), album.GetProperty("count").GetInt32()));
        Assert.Contains("/alice/nature/thumbnail/p1_thumbnail.jpg?v=", album.GetProperty("cover").GetProperty("url").GetString());
    }

    private static async Task<JsonElement> SetAsync(HttpClient client, string target, string visibility)
    {
        using var answer = await client.PatchAsJsonAsync(target, new { visibility });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static Task<List<JsonElement>> DocumentAsync(PhotosHost host, Func<List<JsonElement>, bool> isEnough) => PhotosHost.UntilAsync(
        () =>
        {
            var document = JsonDocument.Parse(host.Origin.Blobs[host.Origin.Links["/alice/nature/album.json"].Digest]);
            return Task.FromResult(document.RootElement.GetProperty("photos").EnumerateArray().ToList());
        },
        isEnough);

    private static string Query(string url, string name) => new Uri(url).Query.TrimStart('?').Split('&')
        .Single(pair => pair.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static TokenVerdict Verify(PhotosHost host, string token, TokenForm form, string path, PhotoClasses photoClass)
    {
        var keys = KeyRing.Of(
            [host.ControlPlane.PageKey.ToVerifyKey(KeyState.Active), host.ControlPlane.OriginalKey.ToVerifyKey(KeyState.Active)], 1);
        var verifier = new TokenVerifier(new TokenVerifierOptions(), TimeProvider.System);
        return verifier.Verify(token, form, new TokenRequest("edge.test:8081", CanonicalPath.Parse(path), true, photoClass), keys, out _);
    }
}
