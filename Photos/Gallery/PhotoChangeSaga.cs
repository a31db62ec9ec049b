using Flickr.Photos.Invalidations;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Sql;

namespace Flickr.Photos.Gallery;

/// <summary>
/// Carries a change of one photo to the edges. Links before the invalidation: a fill that begins after it finds the new
/// links, a fill that began before it is dead. Steps: <b>links</b>, <b>invalidate</b> (the receipt), <b>album</b>.
/// </summary>
public sealed class PhotoChangeSaga(Database database, LinkWriter links, AlbumDocument document, ControlPlaneClient controlPlane)
{
    public const string Kind = "photo-change";

    private static readonly TimeSpan AcknowledgeMax = TimeSpan.FromSeconds(2);

    internal SagaDefinition Define() => new()
    {
        Kind = Kind,
        Steps =
        [
            new SagaStep("links", WriteLinksAsync, AttemptsMax: 1_000),
            new SagaStep("invalidate", InvalidateAsync, AttemptsMax: 1_000),
            new SagaStep("album", WriteAlbumAsync, AttemptsMax: 1_000),
        ],
    };

    private async Task<StepResult> WriteLinksAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<PhotoChangeState>();
        if (!(state.Deletes || state.Relinks))
        {
            return StepResult.Done(state);
        }
        var (photo, images) = await database.WriteAsync(async session => (
            await PhotoStore.TakeGenerationAsync(session, state.PhotoId),
            await PhotoStore.ImagesAsync(session, state.PhotoId)), cancellationToken);
        if (photo is null)
        {
            return StepResult.Done(state);
        }
        if (photo.State == "deleted")
        {
            await links.RemoveAsync(photo, cancellationToken);
            return StepResult.Done(state);
        }
        foreach (var image in images)
        {
            await links.WriteAsync(photo, image.Resolution, image.FileKey, cancellationToken);
        }
        await links.RemoveAsync(state.OldPaths, state.OldGeneration, cancellationToken);
        // A later taker has read this change too and writes it again: nothing to repeat, only its row to leave alone.
        return StepResult.Done(state, session => session.ExecuteAsync(
            """
            UPDATE image SET is_public = @isPublic WHERE cdn_photo_key = @Id
                AND EXISTS (SELECT 1 FROM photo p WHERE p.id = @Id AND p.generation = @Generation AND p.album_id = @AlbumId)
            """,
            new { photo.Id, photo.Generation, photo.AlbumId, isPublic = photo.IsPublic ? 1L : 0L }));
    }

    private async Task<StepResult> InvalidateAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<PhotoChangeState>();
        if (state.Deletes || state.Relinks || state.Revokes)
        {
            state.Receipt = await controlPlane.InvalidateAsync(
                new Invalidation("tag", "photo:" + state.PhotoId, Reason: state.Deletes ? "deleted" : state.Revokes ? "share revoked" : "visibility"),
                AcknowledgeMax, cancellationToken);
        }
        if (state.OldAlbumId is not null)
        {
            await ForgetAbsenceAsync(state.PhotoId, cancellationToken);
        }
        return StepResult.Done(state);
    }

    // Somebody may have asked for the new names between the commit and their links, and an edge remember that they are not there.
    private async Task ForgetAbsenceAsync(string photoId, CancellationToken cancellationToken)
    {
        foreach (var image in await database.ReadAsync(session => PhotoStore.ImagesAsync(session, photoId), cancellationToken))
        {
            await controlPlane.InvalidateAsync(new Invalidation("url", image.CdnPath, Reason: "moved"), TimeSpan.Zero, cancellationToken);
        }
    }

    private async Task<StepResult> WriteAlbumAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<PhotoChangeState>();
        foreach (var album in new[] { state.AlbumId, state.OldAlbumId }.OfType<string>())
        {
            var path = await document.WriteAsync(album, cancellationToken);
            await controlPlane.InvalidateAsync(new Invalidation("url", path, Reason: "album"), TimeSpan.Zero, cancellationToken);
        }
        return StepResult.Done(state);
    }
}
