using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Collecting;
using Flickr.Photos.Origins;
using Flickr.Photos.Tests.Hosting;
using Flickr.Postgres;
using Flickr.Sql;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Tests.Collecting;

public sealed class BlobCollectorTests
{
    private static byte[] Coffee => File.ReadAllBytes(Samples.File("derived/baseline.jpg"));

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task Bytes_of_deleted_and_failed_photos_go_and_all_others_stay(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        var shared = await PhotosHost.EndAsync(bob, await PhotosHost.UploadAsync(bob, [.. Coffee, 0], "same.jpg"));
        var cut = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(
            alice, await File.ReadAllBytesAsync(Samples.File("derived/baseline-truncated.jpg")), "cut.jpg"));
        Assert.Equal(("published", "failed"), (shared.GetProperty("state").GetString(), cut.GetProperty("state").GetString()));

        (await alice.DeleteAsync($"/api/v1/photos/{ids[0]}?wait=10000")).Dispose(); // bob has the same bytes
        await CollectAllAsync(host);
        Assert.Equal(await ReferencedAsync(host), await KeptAsync(host));
        Assert.Contains(ids[1], await IdsAsync(alice));

        (await bob.DeleteAsync($"/api/v1/photos/{shared.GetProperty("photoId").GetString()}?wait=10000")).Dispose();
        (await alice.DeleteAsync($"/api/v1/photos/{ids[1]}?wait=10000")).Dispose();
        await CollectAllAsync(host);
        Assert.Empty(await KeptAsync(host));
        Assert.True(host.Get<PhotosMetrics>().BlobsCollected.Value >= 3);
    }

    // Someone uploads the bytes; before the row is written the collector, for which nothing refers to them, deletes them.
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task An_upload_overtaken_by_the_collector_is_told_to_come_again(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];
        byte[] bytes = [.. Coffee, 0];
        (await alice.DeleteAsync($"/api/v1/photos/{id}?wait=10000")).Dispose();
        host.Origin.Gate = request => request.Method == "POST" ? CollectAllAsync(host) : Task.CompletedTask; // after the generation was taken

        using var refused = await alice.PostAsync("/api/v1/uploads?album=nature&name=p0.jpg", new ByteArrayContent(bytes));
        host.Origin.Gate = _ => Task.CompletedTask;
        var again = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, bytes, "p0.jpg"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("urn:flickr:problem:storage-unavailable",
            (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        Assert.Equal("published", again.GetProperty("state").GetString());
        Assert.Equal(await ReferencedAsync(host), await KeptAsync(host));
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task A_reference_is_refused_when_the_blob_was_collected_after_it_was_stored(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        var database = host.Get<Database>();
        var early = await database.WriteAsync(BlobReferences.NextGenerationAsync);
        await database.WriteAsync(session => BlobReferences.SuspectAsync(session, ["d"], 0));
        await CollectAllAsync(host);
        var late = await database.WriteAsync(BlobReferences.NextGenerationAsync);

        await Assert.ThrowsAsync<BlobCollectedException>(() =>
            database.WriteAsync(session => BlobReferences.PinAsync(session, "saga", "d", early)));
        await database.WriteAsync(session => BlobReferences.PinAsync(session, "saga", "d", late));
        await database.WriteAsync(session => BlobReferences.SuspectAsync(session, ["d"], 0));
        Assert.Equal(1, await Collector(host).CollectAsync(CancellationToken.None));

        Assert.Equal(1, host.Get<PhotosMetrics>().BlobsCollected.Value);
        Assert.Equal(0, await Collector(host).CollectAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_deletion_that_storage_did_not_take_is_sent_again()
    {
        await using var host = await StartAsync(SqlEngine.Sqlite);
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];
        (await alice.DeleteAsync($"/api/v1/photos/{id}?wait=10000")).Dispose();
        host.Origin.Refuse = request => request.Method == "DELETE" ? 503 : 0;

        await Assert.ThrowsAsync<OriginUnavailableException>(() => Collector(host).CollectAsync(CancellationToken.None));
        host.Origin.Refuse = _ => 0;
        await CollectAllAsync(host);

        Assert.Empty(await KeptAsync(host));
    }

    [Fact]
    public async Task Nothing_goes_before_its_grace_is_over()
    {
        await using var host = await StartAsync(SqlEngine.Sqlite, grace: "01:00:00");
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];
        var before = await KeptAsync(host);
        (await alice.DeleteAsync($"/api/v1/photos/{id}?wait=10000")).Dispose();

        Assert.Equal(0, await Collector(host).CollectAsync(CancellationToken.None));

        Assert.Equal(before, await KeptAsync(host));
    }

    // Uploaders, removers and two collectors at once, over few contents so that they meet; then storage and tables must agree.
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task No_reference_is_left_without_its_blob_in_a_storm(SqlEngine engine)
    {
        await using var host = await StartAsync(engine);
        var database = host.Get<Database>();
        using var http = new HttpClient { BaseAddress = new Uri(host.Origin.Address) };
        var (collected, refused) = (0, 0);

        async Task UploadAsync(int worker)
        {
            var random = new Random(worker);
            for (var turn = 0; turn < 150; turn++)
            {
                var bytes = new[] { (byte)random.Next(3) };
                var generation = await database.WriteAsync(BlobReferences.NextGenerationAsync);
                using var request = new HttpRequestMessage(HttpMethod.Post, "/b") { Content = new ByteArrayContent(bytes) };
                request.Headers.Add("Link-Generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture));
                using var answer = await http.SendAsync(request);
                if (!answer.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }
                var digest = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("digest").GetString()!;
                var saga = $"{worker}-{turn}";
                try
                {
                    await database.WriteAsync(session => BlobReferences.PinAsync(session, saga, digest, generation));
                }
                catch (BlobCollectedException)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }
                Assert.True(host.Origin.Blobs.ContainsKey(digest)); // pinned: must be there, now and until unpinned
                await Task.Yield();
                Assert.True(host.Origin.Blobs.ContainsKey(digest));
                await database.WriteAsync(session => BlobReferences.UnpinAsync(session, saga, 0));
            }
        }
        using var stop = new CancellationTokenSource();
        async Task SweepAsync()
        {
            var collector = Collector(host);
            while (!stop.IsCancellationRequested)
            {
                Interlocked.Add(ref collected, await collector.CollectAsync(CancellationToken.None));
            }
        }

        var sweeps = new[] { Task.Run(SweepAsync), Task.Run(SweepAsync) };
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => UploadAsync(worker))));
        await stop.CancelAsync();
        await Task.WhenAll(sweeps);
        await CollectAllAsync(host);

        Assert.Empty(host.Origin.Blobs);
        Assert.True(collected > 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"looked at {collected}, begun again {refused}");
    }

    private static async Task<PhotosHost> StartAsync(SqlEngine engine, string grace = "00:00:00")
    {
        Assert.SkipUnless(engine == SqlEngine.Sqlite || PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        var settings = new Dictionary<string, string?>
        {
            ["Photos:Collecting:Grace"] = grace,
            ["Photos:Collecting:Poll"] = "1.00:00:00", // the tests say when
        };
        if (engine == SqlEngine.PostgreSql)
        {
            settings["Photos:Database"] = await PostgresServer.NewDatabaseAsync();
        }
        return await PhotosHost.StartAsync(settings: settings);
    }

    private static BlobCollector Collector(PhotosHost host) => new(host.Get<Database>(), host.Get<OriginClient>(),
        host.Get<IOptions<CollectingOptions>>(), host.Get<PhotosMetrics>(), NullLogger<BlobCollector>.Instance, TimeProvider.System);

    private static async Task CollectAllAsync(PhotosHost host)
    {
        using var collector = Collector(host);
        while (await collector.CollectAsync(CancellationToken.None) > 0)
        {
            continue;
        }
    }

    // album.json is made and written by name; its bytes are not the tables'.
    private static Task<List<string>> KeptAsync(PhotosHost host) => Task.FromResult(host.Origin.Generations
        .Where(pair => !pair.Value.IsDeleted && host.Origin.Blobs.ContainsKey(pair.Key)).Select(pair => pair.Key)
        .Order(StringComparer.Ordinal).ToList());

    private static async Task<List<string>> ReferencedAsync(PhotosHost host) => [.. (await host.Get<Database>().ReadAsync(session =>
        session.QueryAsync<string>(
            "SELECT digest FROM photo WHERE state <> 'deleted' UNION SELECT file_key FROM image"))).Order(StringComparer.Ordinal)];

    private static async Task<List<string?>> IdsAsync(HttpClient client) =>
        [.. (await client.GetFromJsonAsync<JsonElement>("/api/v1/albums/nature/photos")).GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("id").GetString())];
}
