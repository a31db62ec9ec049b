using System.Net;
using System.Net.Http.Json;
using Flickr.Photos.Tests.Hosting;
using Flickr.Postgres;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Schema;

public sealed class SchemaTests
{
    // The whole way once on PostgreSQL: every statement of upload, page, share, favourite, change and delete.
    [Fact, Trait("Requirement", "R041"), Trait("Requirement", "R051")]
    public async Task Everything_works_on_PostgreSQL_as_it_does_on_SQLite()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        await using var host = await PhotosHost.StartAsync(
            settings: new() { ["Photos:Database"] = await PostgresServer.NewDatabaseAsync() });
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        var bytes = await File.ReadAllBytesAsync(Samples.File("derived/baseline-truncated.jpg"));
        Assert.Equal("failed", (await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, bytes, "cut.jpg"))).GetProperty("state").GetString());

        async Task CheckAsync(HttpClient client, HttpMethod method, string path, HttpStatusCode expected, object? body = null)
        {
            using var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await client.SendAsync(request);
            Assert.True(expected == answer.StatusCode, $"{method} {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        await CheckAsync(alice, HttpMethod.Put, $"/photos/{ids[0]}/shares/bob", HttpStatusCode.NoContent);
        await CheckAsync(bob, HttpMethod.Put, $"/photos/{ids[0]}/favourite", HttpStatusCode.NoContent);
        await CheckAsync(bob, HttpMethod.Post, $"/photos/{ids[0]}/comments", HttpStatusCode.Created, new { text = "nice" });
        await CheckAsync(bob, HttpMethod.Get, $"/photos/{ids[0]}/comments", HttpStatusCode.OK);
        await CheckAsync(alice, HttpMethod.Put, $"/photos/{ids[0]}/comments/switch", HttpStatusCode.NoContent, new { on = false });
        await CheckAsync(bob, HttpMethod.Post, $"/photos/{ids[0]}/comments", HttpStatusCode.Forbidden, new { text = "more" });
        await CheckAsync(bob, HttpMethod.Get, "/shared", HttpStatusCode.OK);
        await CheckAsync(bob, HttpMethod.Get, "/favourites", HttpStatusCode.OK);
        await CheckAsync(bob, HttpMethod.Get, "/albums?owner=alice", HttpStatusCode.OK);
        await CheckAsync(bob, HttpMethod.Get, "/albums/nature/photos?owner=alice&version=1", HttpStatusCode.OK);
        await CheckAsync(alice, HttpMethod.Get, "/uploads?state=failed", HttpStatusCode.OK);
        await CheckAsync(alice, HttpMethod.Get, "/keys", HttpStatusCode.OK);
        await CheckAsync(alice, HttpMethod.Patch, "/me", HttpStatusCode.OK, new { visibility = "public" });
        await CheckAsync(alice, HttpMethod.Patch, $"/photos/{ids[1]}", HttpStatusCode.OK, new { visibility = "private", title = "t" });
        await CheckAsync(alice, HttpMethod.Post, $"/photos/{ids[1]}/original", HttpStatusCode.OK);
        await CheckAsync(alice, HttpMethod.Delete, $"/photos/{ids[1]}", HttpStatusCode.OK);
        await CheckAsync(alice, HttpMethod.Patch, "/me", HttpStatusCode.OK, new { visibility = "private" });
        Assert.Single((await host.AlbumAsync(alice)).GetProperty("items").EnumerateArray());
        using var admin = new HttpClient();
        Assert.Contains("flickr_photos_upload_queue_depth 0", await admin.GetStringAsync(host.AdminAddress + "/metrics"));
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R045"), Trait("Requirement", "R048"), Trait("Requirement", "R050")]
    public async Task The_tables_of_the_source_text_have_its_columns(SqlEngine engine)
    {
        await using var opened = await Sagas.OpenedEngine.OpenAsync(engine);
        await opened.Database.ReadAsync(async session =>
        {
            await session.QueryAsync<string>("SELECT cdn_path FROM image WHERE cdn_photo_key = '' AND file_key = '' AND resolution = '' AND owner_id = '' AND is_public = 1");
            await session.QueryAsync<string>("SELECT cdn_dir FROM image_dir WHERE user_id = ''");
            await session.QueryAsync<string>("SELECT id FROM share WHERE cdn_photo_key = '' AND user_id = ''");
            return await session.QueryAsync<string>("SELECT id FROM favorite WHERE cdn_photo_key = '' AND user_id = ''");
        });
    }

    // No scan of a table that grows with users: the plan of each hot statement names an index.
    [Theory, Trait("Requirement", "R020"), Trait("Requirement", "R046")]
    [InlineData("SELECT * FROM image WHERE owner_id = 'x' AND resolution = 'hd'", "image_owner_resolution")]
    [InlineData("SELECT * FROM image WHERE cdn_photo_key = 'x'", "image_photo_key")]
    [InlineData("SELECT * FROM photo WHERE album_id = 'x' AND id < 'y' ORDER BY id DESC LIMIT 10", "photo_page")]
    [InlineData("SELECT id FROM photo WHERE album_id = 'x' AND digest = 'y' AND state <> 'deleted'", "photo_digest")]
    [InlineData("SELECT COUNT(*) FROM upload WHERE owner_id = 'x' AND state IN ('queued', 'processing')", "upload_owner_state")]
    [InlineData("SELECT COUNT(*) FROM share WHERE cdn_photo_key = 'x' AND user_id = 'y'", "share_photo_user")]
    [InlineData("SELECT COUNT(*) FROM favorite WHERE cdn_photo_key = 'x' AND user_id = 'y'", "favorite")]
    [InlineData("SELECT * FROM comment WHERE photo_id = 'x' AND id > '' ORDER BY id LIMIT 10", "comment_photo")]
    [InlineData("SELECT * FROM upload WHERE owner_id = 'x' AND updated_ms >= 5 ORDER BY updated_ms, id LIMIT 10", "upload_owner_updated")]
    [InlineData("SELECT id FROM message WHERE not_before_ms <= 1 AND lease_until_ms <= 1 ORDER BY not_before_ms, id LIMIT 8", "message_due")]
    [InlineData("SELECT id FROM saga WHERE lane = 'x' AND status = 'waiting' ORDER BY id LIMIT 1", "saga_waiting")]
    public async Task Hot_statements_use_their_index(string sql, string index)
    {
        await using var opened = await Sagas.OpenedEngine.OpenAsync(SqlEngine.Sqlite);

        var plan = await opened.Database.ReadAsync(session => session.QueryAsync<PlanRow>("EXPLAIN QUERY PLAN " + sql));

        var text = string.Join("; ", plan.Select(row => row.Detail));
        Assert.Contains(index, text);
        Assert.DoesNotContain("SCAN", text.Replace("SCAN message USING INDEX message_due", "", StringComparison.Ordinal));
    }

    private sealed class PlanRow
    {
        public string Detail { get; set; } = "";
    }
}
