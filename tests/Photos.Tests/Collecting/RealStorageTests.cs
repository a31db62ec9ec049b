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

/// <summary>The collector against three real storage nodes.</summary>
public sealed class RealStorageTests
{
    private static byte[] Coffee => File.ReadAllBytes(Samples.File("derived/baseline.jpg"));

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R037"), Trait("Requirement", "R066")]
    public async Task Bytes_of_deleted_and_failed_photos_leave_every_node_and_shared_ones_stay(SqlEngine engine)
    {
        await using var nodes = await OriginNodes.StartAsync();
        await using var host = await StartAsync(nodes, engine);
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        var shared = await PhotosHost.EndAsync(bob, await PhotosHost.UploadAsync(bob, [.. Coffee, 0], "same.jpg"));
        var cut = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(
            alice, await File.ReadAllBytesAsync(Samples.File("derived/baseline-truncated.jpg")), "cut.jpg"));
        Assert.Equal(("published", "failed"), (shared.GetProperty("state").GetString(), cut.GetProperty("state").GetString()));
        var blobs = await ReferencedAsync(host);

        (await alice.DeleteAsync($"/api/v1/photos/{ids[0]}?wait=10000")).Dispose(); // bob has the same bytes
        await CollectAllAsync(host);

        foreach (var digest in await ReferencedAsync(host))
        {
            Assert.All(await nodes.HeadAsync(digest), status => Assert.Equal(HttpStatusCode.OK, status));
        }
        await GoesAsync(nodes, cut.GetProperty("digest").GetString()!);
        Assert.Equal(blobs, await ReferencedAsync(host));

        (await bob.DeleteAsync($"/api/v1/photos/{shared.GetProperty("photoId").GetString()}?wait=10000")).Dispose();
        (await alice.DeleteAsync($"/api/v1/photos/{ids[1]}?wait=10000")).Dispose();
        await CollectAllAsync(host);

        Assert.Empty(await ReferencedAsync(host));
        foreach (var digest in blobs)
        {
            await GoesAsync(nodes, digest);
        }
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task The_same_bytes_sent_again_while_and_after_they_are_collected_stay(SqlEngine engine)
    {
        await using var nodes = await OriginNodes.StartAsync();
        await using var host = await StartAsync(nodes, engine);
        using var alice = await host.AddUserAsync("alice");
        for (var turn = 0; turn < 6; turn++)
        {
            var id = (await PhotosHost.PublishAsync(alice, 1))[0];
            (await alice.DeleteAsync($"/api/v1/photos/{id}?wait=10000")).Dispose();
            var collecting = turn % 2 == 0 ? CollectAllAsync(host) : Task.CompletedTask;

            var end = await PhotosHost.EndAsync(alice, await AgainUntilTakenAsync(alice, [.. Coffee, 0], "p0.jpg"));
            await collecting;
            await CollectAllAsync(host);

            Assert.Equal("published", end.GetProperty("state").GetString());
            foreach (var digest in await ReferencedAsync(host))
            {
                Assert.All(await nodes.HeadAsync(digest), status => Assert.Equal(HttpStatusCode.OK, status));
            }
            (await alice.DeleteAsync($"/api/v1/photos/{end.GetProperty("photoId").GetString()}?wait=10000")).Dispose();
            await CollectAllAsync(host);
        }
    }

    // The generation of the product, the blobs of real nodes: four uploaders and two collectors over three contents.
    [Fact]
    public async Task No_pinned_blob_is_missing_on_real_nodes_in_a_storm()
    {
        await using var nodes = await OriginNodes.StartAsync();
        await using var host = await StartAsync(nodes, SqlEngine.Sqlite);
        var (database, origin) = (host.Get<Database>(), host.Get<OriginClient>());
        var refused = 0;
        async Task UploadAsync(int worker)
        {
            var random = new Random(worker);
            for (var turn = 0; turn < 40; turn++)
            {
                var file = host.Folder.File($"{worker}-{turn}");
                await File.WriteAllBytesAsync(file, [(byte)random.Next(3)]);
                var generation = await database.WriteAsync(BlobReferences.NextGenerationAsync);
                try
                {
                    var blob = await origin.StoreFileAsync(file, generation, CancellationToken.None);
                    await database.WriteAsync(session => BlobReferences.PinAsync(session, file, blob.Digest, generation));
                    Assert.Equal(1, await origin.FindAsync(blob.Digest, CancellationToken.None));
                    await database.WriteAsync(session => BlobReferences.UnpinAsync(session, file, 0));
                }
                catch (Exception overtaken) when (overtaken is BlobCollectedException or OriginUnavailableException { Status: 409 })
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }
        using var stop = new CancellationTokenSource();
        var sweeps = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            using var collector = Collector(host);
            while (!stop.IsCancellationRequested)
            {
                await collector.CollectAsync(CancellationToken.None);
            }
        })).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => UploadAsync(worker))));
        await stop.CancelAsync();
        await Task.WhenAll(sweeps);
        await CollectAllAsync(host);

        for (var content = 0; content < 3; content++)
        {
            var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([(byte)content]));
            await GoesAsync(nodes, digest);
        }
        Assert.True(host.Get<PhotosMetrics>().BlobsCollected.Value > 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"collected {host.Get<PhotosMetrics>().BlobsCollected.Value}, begun again {refused}");
    }

    [Fact]
    public async Task A_renamed_album_lies_under_its_new_name_on_real_nodes_and_nowhere_else()
    {
        await using var nodes = await OriginNodes.StartAsync();
        await using var host = await StartAsync(nodes, SqlEngine.Sqlite);
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.PublishAsync(alice, 2);
        Assert.Equal(HttpStatusCode.OK, await nodes.GetAsync("/alice/nature/thumbnail/p0_thumbnail.jpg"));

        using var renamed = await alice.PatchAsync("/api/v1/albums/nature?wait=20000", JsonContent.Create(new { name = "숲 (2)" }));

        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await nodes.GetAsync("/alice/nature/thumbnail/p0_thumbnail.jpg"));
        Assert.Equal(HttpStatusCode.NotFound, await nodes.GetAsync("/alice/nature/original/p1.jpg"));
        var page = await host.AlbumAsync(alice, "숲 (2)");
        foreach (var item in page.GetProperty("items").EnumerateArray())
        {
            var url = new Uri(item.GetProperty("thumbnail").GetProperty("url").GetString()!);
            Assert.Equal(HttpStatusCode.OK, await nodes.GetAsync(url.AbsolutePath));
        }
    }

    private static async Task<JsonElement> AgainUntilTakenAsync(HttpClient client, byte[] bytes, string name)
    {
        while (true)
        {
            using var answer = await client.PostAsync($"/api/v1/uploads?album=nature&name={name}", new ByteArrayContent(bytes));
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                return await answer.Content.ReadFromJsonAsync<JsonElement>();
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    // A deletion is acknowledged by a quorum; the third node hears of it a moment later.
    private static Task GoesAsync(OriginNodes nodes, string digest) => PhotosHost.UntilAsync(
        () => nodes.HeadAsync(digest), all => all.All(status => status is HttpStatusCode.NotFound or HttpStatusCode.Gone));

    private static async Task<PhotosHost> StartAsync(OriginNodes nodes, SqlEngine engine)
    {
        Assert.SkipUnless(engine == SqlEngine.Sqlite || PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        var settings = nodes.Settings;
        settings["Photos:Collecting:Grace"] = "00:00:00";
        settings["Photos:Collecting:Poll"] = "1.00:00:00"; // the tests say when
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

    private static async Task<List<string>> ReferencedAsync(PhotosHost host) => [.. (await host.Get<Database>().ReadAsync(session =>
        session.QueryAsync<string>(
            "SELECT digest FROM photo WHERE state <> 'deleted' UNION SELECT file_key FROM image"))).Order(StringComparer.Ordinal)];
}
