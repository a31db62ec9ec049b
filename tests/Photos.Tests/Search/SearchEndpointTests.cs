using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;
using Flickr.Postgres;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Search;

public sealed class SearchEndpointTests
{
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R016"), Trait("Requirement", "R017")]
    public async Task A_photo_is_found_from_its_publication_to_its_deletion_by_those_who_may_see_it(SqlEngine engine)
    {
        Assert.SkipUnless(engine == SqlEngine.Sqlite || PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        await using var host = await PhotosHost.StartAsync(settings: engine == SqlEngine.Sqlite ? null
            : new() { ["Photos:Database"] = await PostgresServer.NewDatabaseAsync() });
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);

        Assert.Equal(ids.Reverse<string>(), Ids(await FindAsync(alice, "q=nature")));
        Assert.Equal([ids[1]], Ids(await FindAsync(alice, "q=p1")));
        Assert.Empty(Ids(await FindAsync(bob, "q=nature")));

        (await alice.PatchAsJsonAsync($"/api/v1/photos/{ids[0]}", new { title = "저녁노을" })).Dispose();
        Assert.Equal([ids[0]], Ids(await FindAsync(alice, "q=노을")));
        (await alice.PatchAsJsonAsync($"/api/v1/photos/{ids[0]}", new { title = "아침" })).Dispose();
        Assert.Empty(Ids(await FindAsync(alice, "q=노을")));

        (await alice.PutAsync($"/api/v1/photos/{ids[0]}/shares/bob", null)).Dispose();
        var shared = Assert.Single((await FindAsync(bob, "q=아침")).GetProperty("items").EnumerateArray());
        Assert.Contains("URISigningPackage=", shared.GetProperty("thumbnail").GetProperty("url").GetString());
        (await alice.DeleteAsync($"/api/v1/photos/{ids[0]}/shares/bob")).Dispose();
        Assert.Empty(Ids(await FindAsync(bob, "q=아침")));

        (await alice.PatchAsJsonAsync("/api/v1/me", new { visibility = "public" })).Dispose();
        var open = await FindAsync(host.Anonymous, "q=nature&owner=alice");
        Assert.Equal(ids.Reverse<string>(), Ids(open));
        Assert.All(open.GetProperty("items").EnumerateArray(), item =>
            Assert.DoesNotContain("fs=", item.GetProperty("thumbnail").GetProperty("url").GetString()));
        (await alice.PatchAsJsonAsync("/api/v1/me", new { visibility = "private" })).Dispose();
        var shut = await FindAsync(host.Anonymous, "q=nature&owner=alice");
        Assert.Empty(Ids(shut));
        Assert.Equal(0, shut.GetProperty("total").GetInt64());

        (await alice.DeleteAsync($"/api/v1/photos/{ids[0]}")).Dispose();
        Assert.Equal([ids[1]], Ids(await FindAsync(alice, "q=nature")));
    }

    [Fact, Trait("Requirement", "R076")]
    public async Task Own_photos_carry_one_token_for_each_album()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.PublishAsync(alice, 2);
        var bytes = await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg"));
        await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, [.. bytes, 99], "p9.jpg", "other"));

        var page = await FindAsync(alice, "q=jpg");

        var tokens = page.GetProperty("items").EnumerateArray().Select(item => (
            Album: item.GetProperty("album").GetString(),
            Token: item.GetProperty("thumbnail").GetProperty("url").GetString()!.Split("fs=")[1])).ToList();
        Assert.Equal(3, tokens.Count);
        Assert.Equal(2, tokens.Select(pair => pair.Token).Distinct().Count());
        Assert.Equal(2, tokens.Distinct().Count());
    }

    [Theory]
    [InlineData("", "bad-search")]
    [InlineData("q=%20", "bad-search")]
    [InlineData("q=sea&from=yesterday", "bad-day")]
    [InlineData("q=sea&to=2024-02-30", "bad-day")]
    public async Task A_search_for_nothing_is_refused_by_name(string query, string problem)
    {
        await using var host = await PhotosHost.StartAsync();

        using var answer = await host.Anonymous.GetAsync("/api/v1/search?" + query);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("urn:flickr:problem:" + problem,
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task Photos_published_before_there_was_a_search_are_found_after_a_start(SqlEngine engine)
    {
        await using var tables = await SearchableTables.OpenAsync(engine);
        var alice = await tables.AddUserAsync("alice", isPublic: false);
        for (var i = 0; i < 150; i++)
        {
            await tables.AddAsync(alice, "오래된 사진", isIndexed: false);
        }
        await tables.AddAsync(alice, "오래된 사진", state: "deleted", isIndexed: false);
        Assert.Empty(await tables.IdsAsync(alice, "사진"));

        using var backfill = new Photos.Search.SearchBackfill(tables.Database, tables.Host.Get<PhotosMetrics>(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Photos.Search.SearchBackfill>.Instance, TimeProvider.System);
        await backfill.StartAsync(CancellationToken.None);
        await backfill.ExecuteTask!;

        Assert.Equal(100, (await tables.IdsAsync(alice, "사진")).Length);
        Assert.Equal(150, (await tables.FindAsync(alice, new Photos.Search.SearchQuery("사진"))).Total);
        Assert.Equal(150, tables.Host.Get<PhotosMetrics>().SearchBackfilled.Value);
    }

    private static async Task<JsonElement> FindAsync(HttpClient client, string query)
    {
        using var answer = await client.GetAsync("/api/v1/search?" + query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string[] Ids(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
}
