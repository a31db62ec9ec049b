using System.Text.Json;
using Flickr.Photos.Collecting;
using Flickr.Photos.Ids;
using Flickr.Photos.Sagas;
using Flickr.Photos.Search;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Gallery;

/// <summary>
/// Changes that edges must hear of. The change and the saga that carries it out are one transaction, so it reaches the edges
/// whatever crashes; the caller then waits a while for the receipt.
/// </summary>
public sealed class PhotoChanges(
    Database database, SagaEngine sagas, SortableIds ids, IOptions<CollectingOptions> collecting, TimeProvider time)
{
    /// <summary>Sets a photo public or private, and its texts; null leaves a thing as it is. Null when there is no such photo of this owner.</summary>
    public async Task<ChangeAnswer?> EditAsync(string ownerId, string photoId, PhotoEdit edit, TimeSpan wait, CancellationToken cancellationToken)
    {
        var sagaId = ids.Next();
        var changed = await database.WriteAsync(async session =>
        {
            var photo = await PhotoStore.FindAsync(session, photoId);
            if (photo is null || photo.OwnerId != ownerId || photo.State == "deleted")
            {
                return null;
            }
            var generation = await PhotoStore.NextVersionAsync(session, photo.AlbumId);
            var isRelink = edit.Visibility is not null && edit.Visibility != photo.Visibility;
            await session.ExecuteAsync(
                """
                UPDATE photo SET title = @Title, description = @Description, visibility = @Visibility, generation = @generation
                WHERE id = @photoId
                """,
                new
                {
                    photoId,
                    Title = edit.Title ?? photo.Title,
                    Description = edit.Description ?? photo.Description,
                    Visibility = edit.Visibility ?? photo.Visibility,
                    generation = isRelink ? generation : photo.Generation,
                });
            await SearchIndex.RefreshAsync(session, photoId);
            await sagas.BeginAsync(session, PhotoChangeSaga.Kind, sagaId, null,
                new PhotoChangeState { PhotoId = photoId, AlbumId = photo.AlbumId, Relinks = isRelink });
            return new { IsRelink = isRelink };
        }, cancellationToken);
        if (changed is null)
        {
            return null;
        }
        return new ChangeAnswer(await ReceiptAsync<PhotoChangeState>(
            sagaId, state => state.Receipt, changed.IsRelink ? wait : TimeSpan.Zero, cancellationToken));
    }

    /// <summary>Deletes a photo. Null when there is no such photo of this owner.</summary>
    public async Task<ChangeAnswer?> DeleteAsync(string ownerId, string photoId, TimeSpan wait, CancellationToken cancellationToken)
    {
        var sagaId = ids.Next();
        var found = await database.WriteAsync(async session =>
        {
            var photo = await PhotoStore.FindAsync(session, photoId);
            if (photo is null || photo.OwnerId != ownerId || photo.State != "published")
            {
                return false;
            }
            var generation = await PhotoStore.NextVersionAsync(session, photo.AlbumId);
            await session.ExecuteAsync(
                "UPDATE photo SET state = 'deleted', generation = @generation WHERE id = @photoId", new { photoId, generation });
            await SearchIndex.RefreshAsync(session, photoId);
            var images = await PhotoStore.ImagesAsync(session, photoId);
            await session.ExecuteAsync("DELETE FROM image WHERE cdn_photo_key = @photoId", new { photoId });
            await BlobReferences.SuspectAsync(session, [photo.Digest, .. images.Select(image => image.FileKey)],
                (time.GetUtcNow() + collecting.Value.Grace).ToUnixTimeMilliseconds());
            await session.ExecuteAsync("DELETE FROM share WHERE cdn_photo_key = @photoId", new { photoId });
            await session.ExecuteAsync("DELETE FROM favorite WHERE cdn_photo_key = @photoId", new { photoId });
            await sagas.BeginAsync(session, PhotoChangeSaga.Kind, sagaId, null,
                new PhotoChangeState { PhotoId = photoId, AlbumId = photo.AlbumId, Deletes = true });
            return true;
        }, cancellationToken);
        return found
            ? new ChangeAnswer(await ReceiptAsync<PhotoChangeState>(sagaId, state => state.Receipt, wait, cancellationToken))
            : null;
    }

    /// <summary>Takes back what was handed out for a photo, after <paramref name="write"/> has changed who may see it.</summary>
    public async Task<ChangeAnswer> RevokeAsync(
        string photoId, string albumId, Func<SqlSession, Task> write, TimeSpan wait, CancellationToken cancellationToken)
    {
        var sagaId = ids.Next();
        await database.WriteAsync(async session =>
        {
            await write(session);
            await sagas.BeginAsync(session, PhotoChangeSaga.Kind, sagaId, null,
                new PhotoChangeState { PhotoId = photoId, AlbumId = albumId, Revokes = true });
        }, cancellationToken);
        return new ChangeAnswer(await ReceiptAsync<PhotoChangeState>(sagaId, state => state.Receipt, wait, cancellationToken));
    }

    /// <summary>
    /// Sets an account public or private. Private raises the epoch: everything handed out or cached before is dead at once,
    /// and links follow in the background.
    /// </summary>
    public async Task<JsonElement?> SetOwnerVisibilityAsync(
        string ownerId, string visibility, TimeSpan wait, CancellationToken cancellationToken)
    {
        var sagaId = ids.Next();
        var isPrivate = visibility == "private";
        var began = await database.WriteAsync(async session =>
        {
            var changed = await session.ExecuteAsync(
                "UPDATE account SET visibility = @visibility, epoch = epoch + @step WHERE id = @ownerId AND visibility <> @visibility",
                new { ownerId, visibility, step = isPrivate ? 1L : 0L });
            if (changed == 0)
            {
                return false;
            }
            await session.ExecuteAsync("UPDATE album SET version = version + 1 WHERE owner_id = @ownerId", new { ownerId });
            await sagas.BeginAsync(session, OwnerChangeSaga.Kind, sagaId, null, new OwnerChangeState { OwnerId = ownerId, IsPrivate = isPrivate });
            return true;
        }, cancellationToken);
        return began
            ? await ReceiptAsync<OwnerChangeState>(sagaId, state => state.Receipt, wait, cancellationToken)
            : null;
    }

    private async Task<JsonElement?> ReceiptAsync<TState>(
        string sagaId, Func<TState, JsonElement?> receipt, TimeSpan wait, CancellationToken cancellationToken)
    {
        sagas.Wake();
        var progress = await sagas.WaitAsync(
            sagaId, now => now.IsOver || receipt(now.State<TState>()) is not null, wait, cancellationToken);
        return progress is null ? null : receipt(progress.State<TState>());
    }
}
