using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;
using Flickr.Postgres;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Albums;

public sealed class AlbumTests
{
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R057")]
    public async Task A_renamed_album_keeps_its_photos_and_gives_its_old_name_free(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        var version = (await host.AlbumAsync(alice)).GetProperty("pageVersion").GetInt64();

        var card = await SendAsync(alice, HttpMethod.Patch, "/albums/nature?wait=10000", new { name = "forest", title = "The forest" });

        Assert.Equal(("forest", "The forest", 2), (card.GetProperty("name").GetString(), card.GetProperty("title").GetString(), card.GetProperty("count").GetInt32()));
        Assert.True(card.TryGetProperty("receipt", out _));
        Assert.Equal(HttpStatusCode.NotFound, (await alice.GetAsync("/api/v1/albums/nature/photos")).StatusCode);
        var page = await alice.GetFromJsonAsync<JsonElement>($"/api/v1/albums/forest/photos?version={version}");
        Assert.Equal(ids.AsEnumerable().Reverse(), page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        var live = await PhotosHost.UntilAsync(() => Task.FromResult(Live(host)), links => links.Count == 7);
        Assert.All(live, path => Assert.StartsWith("/alice/forest/", path));
        Assert.Contains(host.ControlPlane.Invalidations, order => order.GetProperty("kind").GetString() == "tag"
            && order.GetProperty("value").GetString()!.StartsWith("album:", StringComparison.Ordinal));

        // The old name again: its links win over what was removed there.
        await PhotosHost.PublishAsync(alice, 1);
        Assert.Contains("/alice/nature/thumbnail/p0_thumbnail.jpg", Live(host));
        Assert.Contains("/alice/forest/thumbnail/p0_thumbnail.jpg", Live(host));
        await SendAsync(alice, HttpMethod.Patch, "/albums/nature", new { name = "FOREST" }, HttpStatusCode.Conflict);
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task A_moved_photo_leaves_nothing_behind_and_takes_a_free_name(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        var other = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(
            alice, [.. await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg")), 99], "p0.jpg", "city"));
        var version = (await host.AlbumAsync(alice, "city")).GetProperty("pageVersion").GetInt64();

        await SendAsync(alice, HttpMethod.Patch, $"/photos/{ids[0]}?wait=10000", new { album = "city", tags = new[] { "강", "river" } });
        await PhotosHost.UntilAsync(() => Task.FromResult(Live(host)), live => !live.Any(path => path.StartsWith("/alice/nature/original/p0", StringComparison.Ordinal)));

        var item = await alice.GetFromJsonAsync<JsonElement>($"/api/v1/photos/{ids[0]}");
        Assert.Equal(("city", "p0 (2).jpg"), (item.GetProperty("album").GetString(), item.GetProperty("name").GetString()));
        Assert.Equal(["river", "강"], item.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal([ids[1]], Ids(await host.AlbumAsync(alice)));
        Assert.Equal(new[] { other.GetProperty("photoId").GetString()!, ids[0] }, Ids(await host.AlbumAsync(alice, "city")));
        var asItWas = await alice.GetFromJsonAsync<JsonElement>($"/api/v1/albums/city/photos?version={version}");
        Assert.Equal(other.GetProperty("photoId").GetString(), Assert.Single(Ids(asItWas)));
        Assert.Equal(1, asItWas.GetProperty("newerCount").GetInt32());
        Assert.Contains("/alice/city/thumbnail/p0%20%282%29_thumbnail.jpg".Replace("%28", "(").Replace("%29", ")"), Live(host).Select(path => path.Replace("%28", "(").Replace("%29", ")")));
        Assert.Equal(1, (await alice.GetFromJsonAsync<JsonElement>("/api/v1/search?q=강")).GetProperty("total").GetInt32());

        // And back: the generation of its first stay must not stand in its way.
        await SendAsync(alice, HttpMethod.Patch, $"/photos/{ids[0]}?wait=10000", new { album = "nature" });
        await PhotosHost.UntilAsync(() => Task.FromResult(Live(host)), live => live.Any(path => path.StartsWith("/alice/nature/original/p0", StringComparison.Ordinal)));
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R023")]
    public async Task A_deleted_album_takes_its_photos_along_and_its_name_is_free(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.PublishAsync(alice, 2);

        var answer = await SendAsync(alice, HttpMethod.Delete, "/albums/nature?wait=10000", null);

        Assert.Equal(2, answer.GetProperty("photos").GetInt32());
        Assert.True(answer.TryGetProperty("receipt", out _));
        Assert.Empty(Live(host));
        Assert.Empty((await alice.GetFromJsonAsync<JsonElement>("/api/v1/albums")).GetProperty("albums").EnumerateArray());
        await SendAsync(alice, HttpMethod.Delete, "/albums/nature", null, HttpStatusCode.NotFound);
        await PhotosHost.PublishAsync(alice, 1);
        Assert.Single(Ids(await host.AlbumAsync(alice)));
        Assert.Contains("/alice/nature/hd/p0_hd.jpg", Live(host));
    }

    [Fact]
    public async Task Neither_renamed_nor_deleted_while_an_upload_into_it_runs()
    {
        await using var host = await StartAsync(SqlEngine.Sqlite);
        using var alice = await host.AddUserAsync("alice");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Origin.Gate = request => request.Method == "PUT" ? gate.Task : Task.CompletedTask;
        var upload = await PhotosHost.UploadAsync(alice, await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg")), "p.jpg");

        await SendAsync(alice, HttpMethod.Patch, "/albums/nature", new { name = "forest" }, HttpStatusCode.Conflict);
        await SendAsync(alice, HttpMethod.Delete, "/albums/nature", null, HttpStatusCode.Conflict);
        await SendAsync(alice, HttpMethod.Patch, "/albums/nature", new { title = "Texts may change" });
        gate.SetResult();
        await PhotosHost.EndAsync(alice, upload);

        await SendAsync(alice, HttpMethod.Patch, "/albums/nature?wait=10000", new { name = "forest" });
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task Albums_have_an_order_a_cover_and_texts(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        await SendAsync(alice, HttpMethod.Post, "/albums", new { name = "a", title = "First" }, HttpStatusCode.Created);
        await SendAsync(alice, HttpMethod.Post, "/albums", new { name = "z" }, HttpStatusCode.Created);
        await SendAsync(alice, HttpMethod.Post, "/albums", new { name = "A" }, HttpStatusCode.Conflict);
        await SendAsync(alice, HttpMethod.Post, "/albums", new { name = "a/b" }, HttpStatusCode.UnprocessableEntity);

        await SendAsync(alice, HttpMethod.Put, "/albums/order", new { albums = new[] { "z", "nature" } }, HttpStatusCode.NoContent);
        await SendAsync(alice, HttpMethod.Patch, "/albums/nature", new { cover = ids[0], description = "trees" });

        var albums = (await alice.GetFromJsonAsync<JsonElement>("/api/v1/albums")).GetProperty("albums").EnumerateArray().ToList();
        Assert.Equal(["z", "nature", "a"], albums.Select(album => album.GetProperty("name").GetString()));
        Assert.Contains("/p0_thumbnail.jpg", albums[1].GetProperty("cover").GetProperty("url").GetString());
        Assert.Equal("trees", albums[1].GetProperty("description").GetString());

        // A cover that the viewer may not see is not shown.
        await SendAsync(alice, HttpMethod.Patch, "/me?wait=10000", new { visibility = "public" });
        await SendAsync(alice, HttpMethod.Patch, $"/photos/{ids[0]}?wait=10000", new { visibility = "private" });
        var seen = (await bob.GetFromJsonAsync<JsonElement>("/api/v1/albums?owner=alice")).GetProperty("albums").EnumerateArray().Single();
        Assert.Contains("/p1_thumbnail.jpg", seen.GetProperty("cover").GetProperty("url").GetString());
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task A_batch_tells_what_it_could_not_do(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 3);

        var tagged = await SendAsync(alice, HttpMethod.Post, "/photos/batch", new { ids = new[] { ids[0], ids[1], "nobody" }, addTags = new[] { "sea" }, album = "beach" });
        var deleted = await SendAsync(alice, HttpMethod.Post, "/photos/batch?wait=10000", new { ids = new[] { ids[0] }, delete = true });

        Assert.Equal([ids[0], ids[1]], tagged.GetProperty("done").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal("urn:flickr:problem:not-found", Assert.Single(tagged.GetProperty("failed").EnumerateArray()).GetProperty("problem").GetString());
        Assert.Equal([ids[0]], deleted.GetProperty("done").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal([ids[1]], Ids(await host.AlbumAsync(alice, "beach")));
        Assert.Equal([ids[2]], Ids(await host.AlbumAsync(alice)));
        await SendAsync(alice, HttpMethod.Post, "/photos/batch", new { ids, }, HttpStatusCode.UnprocessableEntity);
    }

    internal static async Task<JsonElement> SendAsync(
        HttpClient client, HttpMethod method, string path, object? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(expected == answer.StatusCode, $"{method} {path}: {answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    internal static async Task<PhotosHost> StartAsync(SqlEngine engine, Dictionary<string, string?>? settings = null)
    {
        Assert.SkipUnless(engine == SqlEngine.Sqlite || PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        settings ??= [];
        if (engine == SqlEngine.PostgreSql)
        {
            settings["Photos:Database"] = await PostgresServer.NewDatabaseAsync();
        }
        return await PhotosHost.StartAsync(settings: settings);
    }

    private static List<string> Live(PhotosHost host) =>
        [.. host.Origin.Links.Where(link => !link.Value.IsDeleted).Select(link => link.Key)];

    private static List<string> Ids(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
}
