using Flickr.Photos.Accounts;
using Flickr.Photos.Albums;
using Flickr.Photos.Ids;
using Flickr.Photos.Search;
using Flickr.Photos.Tests.Hosting;
using Flickr.Postgres;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Search;

/// <summary>The program on either engine with photos written straight into its tables.</summary>
internal sealed class SearchableTables : IAsyncDisposable
{
    private readonly SortableIds _ids = new(TimeProvider.System);

    private SearchableTables(PhotosHost host) => Host = host;

    public PhotosHost Host { get; }

    public Database Database => Host.Get<Database>();

    public static async Task<SearchableTables> OpenAsync(SqlEngine engine)
    {
        Assert.SkipUnless(engine == SqlEngine.Sqlite || PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        return new SearchableTables(await PhotosHost.StartAsync(settings: engine == SqlEngine.Sqlite ? null
            : new() { ["Photos:Database"] = await PostgresServer.NewDatabaseAsync() }));
    }

    public async Task<string> AddUserAsync(string name, bool isPublic)
    {
        (await Host.AddUserAsync(name)).Dispose();
        var id = (await Host.Get<AccountStore>().FindByNameAsync(name, CancellationToken.None))!.Id;
        await SetPublicAsync(id, isPublic);
        return id;
    }

    public Task SetPublicAsync(string ownerId, bool isPublic) => Database.WriteAsync(session => session.ExecuteAsync(
        "UPDATE account SET visibility = @visibility WHERE id = @ownerId",
        new { ownerId, visibility = isPublic ? "public" : "private" }));

    public Task<string> AddAsync(string ownerId, string title, string description = "", string[]? tags = null, string name = "file.jpg",
        string album = "album", bool isPublic = true, string state = "published", string? takenAt = null, bool isIndexed = true) =>
        Database.WriteAsync(async session =>
        {
            var id = _ids.Next();
            var albumId = await AlbumStore.EnsureAsync(session, _ids, ownerId, album, TimeProvider.System);
            await session.ExecuteAsync(
                """
                INSERT INTO photo (id, owner_id, album_id, name, stem_key, digest, length_bytes, media_type, title, description,
                    visibility, state, generation, published_version, created_ms, taken_at)
                VALUES (@id, @ownerId, @albumId, @name, @id, @id, 1, 'image/jpeg', @title, @description,
                    @visibility, @state, 1, 1, 0, @takenAt)
                """,
                new { id, ownerId, albumId, name, title, description, visibility = isPublic ? "public" : "private", state, takenAt });
            foreach (var tag in tags ?? [])
            {
                await session.ExecuteAsync("INSERT INTO photo_tag (photo_id, tag) VALUES (@id, @tag)", new { id, tag });
            }
            if (isIndexed)
            {
                await SearchIndex.RefreshAsync(session, id);
            }
            return id;
        });

    public Task ShareAsync(string photoId, string userId) => Database.WriteAsync(session => session.ExecuteAsync(
        "INSERT INTO share (id, cdn_photo_key, user_id, created_ms) VALUES (@id, @photoId, @userId, 0)",
        new { id = _ids.Next(), photoId, userId }));

    public Task<SearchPage> FindAsync(string? viewerId, SearchQuery query) =>
        Host.Get<PhotoSearch>().FindAsync(viewerId, query, CancellationToken.None);

    public async Task<string[]> IdsAsync(string? viewerId, string text) =>
        [.. (await FindAsync(viewerId, new SearchQuery(text))).Items.Select(item => item.Id)];

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
