using Flickr.Photos.Albums;
using Flickr.Photos.Gallery;
using Flickr.Photos.Ids;
using Flickr.Photos.Tests.Hosting;
using Flickr.Postgres;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Gallery;

/// <summary>Stable pages over rows written straight into the tables, on both engines.</summary>
public sealed class PhotoPagesTests
{
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R083"), Trait("Requirement", "R085")]
    public async Task A_version_fixes_what_is_listed_while_others_publish_and_delete(SqlEngine engine)
    {
        await using var album = await OpenedAlbum.OpenAsync(engine);
        for (var i = 0; i < 200; i++)
        {
            await album.PublishAsync();
        }
        using var stop = new CancellationTokenSource();
        var storm = Task.WhenAll(Enumerable.Range(0, 3).Select(seed => Task.Run(() => album.StormAsync(seed, stop.Token))));

        for (var traversal = 0; traversal < 5; traversal++)
        {
            var before = await album.SnapshotAsync();
            var first = await album.PageAsync(new PageQuery(20));
            var seen = first.Items.Select(item => item.Id).ToList();
            for (var page = first; page.Next is not null;)
            {
                page = await album.PageAsync(new PageQuery(20, After: page.Next, Version: first.PageVersion));
                seen.AddRange(page.Items.Select(item => item.Id));
            }
            var after = await album.SnapshotAsync();

            Assert.Equal(seen.Distinct().OrderDescending(StringComparer.Ordinal), seen);
            // Everything that was there before and is there still must have been seen; nothing published after the version may be.
            Assert.Empty(before.Keys.Intersect(after.Keys).Except(seen));
            Assert.All(seen.Where(after.ContainsKey), id => Assert.True(after[id] <= first.PageVersion));
        }
        await stop.CancelAsync();
        await storm;
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R084")]
    public async Task Going_forward_and_back_gives_the_same_pages_less_what_was_deleted(SqlEngine engine)
    {
        await using var album = await OpenedAlbum.OpenAsync(engine);
        var ids = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add(await album.PublishAsync());
        }
        var first = await album.PageAsync(new PageQuery(4));
        var second = await album.PageAsync(new PageQuery(4, After: first.PreviousLast, Version: first.PageVersion));
        await album.PublishAsync();
        await album.DeleteAsync(second.PreviousFirst!);
        await album.DeleteAsync(first.Items[1].Id);

        var back = await album.PageAsync(new PageQuery(4, Before: second.PreviousFirst, Version: first.PageVersion));
        var again = await album.PageAsync(new PageQuery(4, After: back.PreviousLast, Version: first.PageVersion));

        Assert.Equal(first.Items.Where((_, i) => i != 1).Select(item => item.Id), back.Items.Select(item => item.Id));
        Assert.Equal(second.Items.Skip(1).Select(item => item.Id), again.Items.Take(3).Select(item => item.Id));
        Assert.Equal(1, back.NewerCount);
        Assert.Null(back.Previous);
        Assert.NotNull(second.Previous);
    }

    private sealed class OpenedAlbum : IAsyncDisposable
    {
        private readonly PhotosHost _host;
        private readonly Database _database;
        private readonly SortableIds _ids;
        private readonly string _owner;
        private readonly string _album;

        private OpenedAlbum(PhotosHost host, string owner, string album) =>
            (_host, _database, _ids, _owner, _album) = (host, host.Get<Database>(), host.Get<SortableIds>(), owner, album);

        public static async Task<OpenedAlbum> OpenAsync(SqlEngine engine)
        {
            Assert.SkipUnless(engine == SqlEngine.Sqlite || PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
            var host = await PhotosHost.StartAsync(settings: engine == SqlEngine.Sqlite ? null
                : new() { ["Photos:Database"] = await PostgresServer.NewDatabaseAsync() });
            (await host.AddUserAsync("alice")).Dispose();
            var owner = (await host.Get<Photos.Accounts.AccountStore>().FindByNameAsync("alice", CancellationToken.None))!.Id;
            var album = await host.Get<Database>().WriteAsync(session =>
                AlbumStore.EnsureAsync(session, host.Get<SortableIds>(), owner, "nature", TimeProvider.System));
            return new OpenedAlbum(host, owner, album);
        }

        public async Task<PhotoPage> PageAsync(PageQuery query) =>
            (await _host.Get<PhotoPages>().ListAsync(_owner, "alice", "nature", query, CancellationToken.None))!;

        public async Task<string> PublishAsync()
        {
            var id = _ids.Next();
            await _database.WriteAsync(async session =>
            {
                var version = await PhotoStore.NextVersionAsync(session, _album);
                await session.ExecuteAsync(
                    """
                    INSERT INTO photo (id, owner_id, album_id, name, stem_key, digest, length_bytes, media_type, title, description,
                        visibility, state, generation, published_version, created_ms)
                    VALUES (@id, @owner, @album, @id, @id, @id, 1, 'image/jpeg', '', '', 'public', 'published', @version, @version, 0)
                    """, new { id, owner = _owner, album = _album, version });
            });
            return id;
        }

        public Task DeleteAsync(string id) => _database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE photo SET state = 'deleted' WHERE id = @id", new { id }));

        public async Task<Dictionary<string, long>> SnapshotAsync() => (await _database.ReadAsync(session => session.QueryAsync<Row>(
            "SELECT id AS Id, published_version AS Version FROM photo WHERE state = 'published'")))
            .ToDictionary(row => row.Id, row => row.Version);

        public async Task StormAsync(int seed, CancellationToken stop)
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                var id = await PublishAsync();
                if (random.Next(3) == 0)
                {
                    await DeleteAsync(id);
                }
                if (random.Next(4) == 0)
                {
                    var all = await SnapshotAsync();
                    await DeleteAsync(all.Keys.ElementAt(random.Next(all.Count)));
                }
            }
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        private sealed record Row(string Id, long Version);
    }
}
