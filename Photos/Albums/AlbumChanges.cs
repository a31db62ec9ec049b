using Flickr.Photos.Collecting;
using Flickr.Photos.Gallery;
using Flickr.Photos.Ids;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Photos.Search;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Albums;

/// <summary>
/// Changes of albums. The change and the saga that carries it out are one transaction, as with <see cref="PhotoChanges"/>.
/// Thread-safe.
/// </summary>
public sealed class AlbumChanges(
    Database database, SagaEngine sagas, SortableIds ids, IOptions<CollectingOptions> collecting, TimeProvider time)
{
    /// <summary>Adds an album; false when there is one of that name. The name is one of <see cref="CdnNames.TryRead"/>.</summary>
    public Task<bool> AddAsync(string ownerId, string name, string title, string description, CancellationToken cancellationToken) =>
        database.WriteAsync(async session =>
        {
            if (await AlbumStore.TryAddAsync(session, ids, ownerId, name, title, description, time) is not { } albumId)
            {
                return false;
            }
            await BeginAsync(session, ids.Next(), new AlbumChangeState { AlbumId = albumId });
            return true;
        }, cancellationToken);

    /// <summary>Renames, or sets texts and cover. A cover must be a photo of the album, else it is as if none were chosen.</summary>
    public async Task<(AlbumOutcome Outcome, ChangeAnswer? Answer)> EditAsync(
        string ownerId, string albumName, AlbumEdit edit, TimeSpan wait, CancellationToken cancellationToken)
    {
        var sagaId = ids.Next();
        var isRename = false;
        var outcome = await database.WriteAsync(async session =>
        {
            var album = await TakeAsync(session, ownerId, albumName);
            if (album is null)
            {
                return AlbumOutcome.NotFound;
            }
            var state = new AlbumChangeState { AlbumId = album.Id };
            isRename = edit.Name is not null && edit.Name != album.Name;
            if (isRename && await RenameAsync(session, album, edit.Name!, state) is var refused and not AlbumOutcome.Done)
            {
                return refused;
            }
            await session.ExecuteAsync(
                """
                UPDATE album SET title = COALESCE(@Title, title), description = COALESCE(@Description, description),
                    cover_id = CASE WHEN @cover IS NULL THEN cover_id
                        ELSE (SELECT p.id FROM photo p WHERE p.id = @cover AND p.album_id = album.id AND p.state = 'published') END
                WHERE id = @Id
                """,
                new { album.Id, Title = edit.Title ?? (isRename && album.Title == album.Name ? edit.Name : null), edit.Description, cover = edit.Cover });
            await RefreshWordsAsync(session, album.Id);
            await BeginAsync(session, sagaId, state);
            return AlbumOutcome.Done;
        }, cancellationToken);
        return outcome == AlbumOutcome.Done ? (outcome, await ReceiptAsync(sagaId, isRename ? wait : TimeSpan.Zero, cancellationToken)) : (outcome, null);
    }

    /// <summary>Deletes an album and its photos. How many they were.</summary>
    public async Task<(AlbumOutcome Outcome, ChangeAnswer? Answer, int Photos)> DeleteAsync(
        string ownerId, string albumName, TimeSpan wait, CancellationToken cancellationToken)
    {
        var sagaId = ids.Next();
        var photos = 0;
        var outcome = await database.WriteAsync(async session =>
        {
            var album = await TakeAsync(session, ownerId, albumName);
            if (album is null)
            {
                return AlbumOutcome.NotFound;
            }
            if (await IsBusyAsync(session, album.Id))
            {
                return AlbumOutcome.Busy;
            }
            photos = await DeletePhotosAsync(session, album);
            // A slash is in no name, so the key is free for another album.
            await session.ExecuteAsync(
                "UPDATE album SET deleted_ms = @now, name_key = @key, cover_id = NULL WHERE id = @Id",
                new { album.Id, key = "/" + album.Id, now = NowMs });
            await session.ExecuteAsync("DELETE FROM image_dir WHERE album_id = @Id", new { album.Id });
            await session.ExecuteAsync("DELETE FROM album_share WHERE album_id = @Id", new { album.Id });
            await BeginAsync(session, sagaId, new AlbumChangeState
            {
                AlbumId = album.Id,
                OldDirectory = [album.OwnerName, album.Name],
                OldGeneration = album.Version,
            });
            return AlbumOutcome.Done;
        }, cancellationToken);
        return outcome == AlbumOutcome.Done ? (outcome, await ReceiptAsync(sagaId, wait, cancellationToken), photos) : (outcome, null, 0);
    }

    /// <summary>Puts albums in this order; those not named come after them.</summary>
    public Task OrderAsync(string ownerId, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("UPDATE album SET position = 0 WHERE owner_id = @ownerId", new { ownerId });
            for (var i = 0; i < names.Count; i++)
            {
                await session.ExecuteAsync(
                    "UPDATE album SET position = @position WHERE owner_id = @ownerId AND name_key = @key",
                    new { ownerId, key = CdnNames.KeyOf(names[i]), position = i + 1L });
            }
        }, cancellationToken);

    /// <summary>Ends what one guest was given for the photos of an album, after <paramref name="write"/> has changed who may see it.</summary>
    internal async Task<ChangeAnswer> RevokeAsync(
        string albumId, string viewer, Func<SqlSession, Task> write, TimeSpan wait, CancellationToken cancellationToken)
    {
        var sagaId = ids.Next();
        await database.WriteAsync(async session =>
        {
            await write(session);
            await BeginAsync(session, sagaId, new AlbumChangeState { AlbumId = albumId, RevokedViewer = viewer });
        }, cancellationToken);
        return await ReceiptAsync(sagaId, wait, cancellationToken);
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    // With the album's next version, which also locks its row to the end.
    private static async Task<AlbumRow?> TakeAsync(SqlSession session, string ownerId, string albumName)
    {
        await AlbumStore.NextVersionOfOwnerAsync(session, ownerId); // the lock: names of an owner are settled one by one
        var id = await session.ScalarAsync<string>(
            "UPDATE album SET version = version + 1 WHERE owner_id = @ownerId AND name_key = @key RETURNING id",
            new { ownerId, key = CdnNames.KeyOf(albumName) });
        return id is null ? null : await session.QueryFirstOrDefaultAsync<AlbumRow>($"{AlbumRow.Select} WHERE b.id = @id", new { id });
    }

    private static async Task<bool> IsBusyAsync(SqlSession session, string albumId) => await session.ScalarAsync<long?>(
        "SELECT 1 FROM upload WHERE album_id = @albumId AND state IN ('queued', 'processing') LIMIT 1", new { albumId }) is not null;

    private static async Task<AlbumOutcome> RenameAsync(SqlSession session, AlbumRow album, string name, AlbumChangeState state)
    {
        if (await IsBusyAsync(session, album.Id))
        {
            return AlbumOutcome.Busy;
        }
        var key = CdnNames.KeyOf(name);
        if (await session.ScalarAsync<string>(
            "SELECT id FROM album WHERE owner_id = @OwnerId AND name_key = @key AND id <> @Id",
            new { album.OwnerId, key, album.Id }) is not null)
        {
            return AlbumOutcome.NameTaken;
        }
        var (from, to) = (CdnNames.DirectoryOf(album.OwnerName, album.Name).Value, CdnNames.DirectoryOf(album.OwnerName, name).Value);
        var version = await AlbumStore.NextVersionOfOwnerAsync(session, album.OwnerId);
        await session.ExecuteAsync(
            "UPDATE album SET name = @name, name_key = @key, version = @version WHERE id = @Id", new { album.Id, name, key, version });
        await session.ExecuteAsync("UPDATE image_dir SET cdn_dir = @to WHERE album_id = @Id", new { album.Id, to });
        await session.ExecuteAsync(
            """
            UPDATE image SET cdn_path = @to || substr(cdn_path, @start)
            WHERE cdn_photo_key IN (SELECT id FROM photo WHERE album_id = @Id)
            """, new { album.Id, to, start = from.Length + 1 });
        (state.OldDirectory, state.OldGeneration, state.Relinks) = ([album.OwnerName, album.Name], album.Version, true);
        return AlbumOutcome.Done;
    }

    private async Task<int> DeletePhotosAsync(SqlSession session, AlbumRow album)
    {
        const string inAlbum = "(SELECT id FROM photo WHERE album_id = @Id AND state = 'published')";
        var photos = await session.QueryAsync<string>($"SELECT id FROM photo WHERE id IN {inAlbum}", new { album.Id });
        var blobs = await session.QueryAsync<string>(
            $"""
            SELECT digest FROM photo WHERE album_id = @Id AND state = 'published'
            UNION SELECT file_key FROM image WHERE cdn_photo_key IN {inAlbum}
            """, new { album.Id });
        foreach (var table in (string[])["image", "share", "favorite"])
        {
            await session.ExecuteAsync($"DELETE FROM {table} WHERE cdn_photo_key IN {inAlbum}", new { album.Id });
        }
        await session.ExecuteAsync(
            "UPDATE photo SET state = 'deleted', generation = @Version WHERE album_id = @Id AND state = 'published'",
            new { album.Id, album.Version });
        foreach (var photo in photos)
        {
            await SearchIndex.RefreshAsync(session, photo);
        }
        await BlobReferences.SuspectAsync(session, blobs, NowMs + (long)collecting.Value.Grace.TotalMilliseconds);
        return photos.Count;
    }

    private static async Task RefreshWordsAsync(SqlSession session, string albumId)
    {
        foreach (var photo in await session.QueryAsync<string>(
            "SELECT id FROM photo WHERE album_id = @albumId AND state = 'published' ORDER BY id", new { albumId }))
        {
            await SearchIndex.RefreshAsync(session, photo);
        }
    }

    private Task BeginAsync(SqlSession session, string sagaId, AlbumChangeState state) =>
        sagas.BeginAsync(session, AlbumChangeSaga.Kind, sagaId, "album:" + state.AlbumId, state);

    private async Task<ChangeAnswer> ReceiptAsync(string sagaId, TimeSpan wait, CancellationToken cancellationToken)
    {
        sagas.Wake();
        var progress = await sagas.WaitAsync(
            sagaId, now => now.IsOver || now.State<AlbumChangeState>().Receipt is not null, wait, cancellationToken);
        return new ChangeAnswer(progress?.State<AlbumChangeState>().Receipt);
    }
}
