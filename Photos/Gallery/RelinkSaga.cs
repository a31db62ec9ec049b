using Flickr.Photos.Invalidations;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Sql;

namespace Flickr.Photos.Gallery;

/// <summary>
/// Rewrites every link of an owner as the account is now; in the owner's lane, so that the last change is written last.
/// Steps: <b>links</b>, <b>albums</b>, <b>invalidate</b>.
/// </summary>
public sealed class RelinkSaga(Database database, LinkWriter links, AlbumDocument document, ControlPlaneClient controlPlane)
{
    public const string Kind = "relink";

    private const int Batch = 200;

    internal SagaDefinition Define() => new()
    {
        Kind = Kind,
        Steps =
        [
            new SagaStep("links", WriteLinksAsync, AttemptsMax: 1_000),
            new SagaStep("albums", WriteAlbumsAsync, AttemptsMax: 1_000),
            new SagaStep("invalidate", InvalidateAsync, AttemptsMax: 1_000),
        ],
    };

    private async Task<StepResult> WriteLinksAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<RelinkState>();
        var after = "";
        while (true)
        {
            var photos = await database.ReadAsync(session => session.QueryAsync<string>(
                $"""
                SELECT id FROM photo
                WHERE owner_id = @OwnerId AND state = 'published' AND id > @after ORDER BY id LIMIT {Batch}
                """, new { state.OwnerId, after }), cancellationToken);
            foreach (var photo in photos)
            {
                await WriteAsync(photo, cancellationToken);
            }
            if (photos.Count < Batch)
            {
                return StepResult.Done(state);
            }
            after = photos[^1];
        }
    }

    private async Task WriteAsync(string photoId, CancellationToken cancellationToken)
    {
        var (photo, images) = await database.WriteAsync(async session => (
            await PhotoStore.TakeGenerationAsync(session, photoId),
            await PhotoStore.ImagesAsync(session, photoId)), cancellationToken);
        if (photo is not { State: "published" })
        {
            return; // deleted meanwhile: its own change removes the links
        }
        foreach (var image in images)
        {
            await links.WriteAsync(photo, image.Resolution, image.FileKey, cancellationToken);
        }
        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE image SET is_public = @isPublic WHERE cdn_photo_key = @Id AND is_public <> @isPublic",
            new { photo.Id, isPublic = photo.IsPublic ? 1L : 0L }), cancellationToken);
    }

    private async Task<StepResult> WriteAlbumsAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<RelinkState>();
        var albums = await database.ReadAsync(session => session.QueryAsync<string>(
            "SELECT id FROM album WHERE owner_id = @OwnerId", new { state.OwnerId }), cancellationToken);
        foreach (var album in albums)
        {
            await document.WriteAsync(album, cancellationToken);
        }
        return StepResult.Done(state);
    }

    private async Task<StepResult> InvalidateAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<RelinkState>();
        var owner = await database.ReadAsync(
            session => Accounts.AccountStore.FindAsync(session, state.OwnerId), cancellationToken);
        // Public again: cached "private" must go at once, for nobody without a token would renew it. Private: the epoch has
        // shut everything already, and a hard purge would also refuse the tokens that the owner's pages got since.
        await controlPlane.InvalidateAsync(
            new Invalidation("tag", "owner:" + state.OwnerId, Soft: owner?.IsPublic == false, Reason: "relinked"),
            TimeSpan.Zero, cancellationToken);
        return StepResult.Done(state);
    }
}
