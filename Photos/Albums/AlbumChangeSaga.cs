using Flickr.Photos.Gallery;
using Flickr.Photos.Invalidations;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Sql;
using Flickr.Tokens.Paths;

namespace Flickr.Photos.Albums;

/// <summary>
/// Carries a change of an album to storage and edges. Steps: <b>links</b> (the names under the new directory),
/// <b>unlink</b> (the names under the old one), <b>invalidate</b> (the receipt), <b>album</b> (album.json).
/// <list type="number">
/// <item>The rename took the album's next version, g, in its transaction. Whoever wrote a link under the old name had taken a
/// version before, which is lower; whoever takes one after reads the new name.</item>
/// <item>So every name that storage lists under the old directory is removed under g: a late writer loses against it.</item>
/// <item>A new album under the old name begins above g (<see cref="AlbumStore.NextVersionOfOwnerAsync"/>) and wins.</item>
/// </list>
/// Uploads are the one writer that adds names while they are listed, so the change is refused while some run.
/// </summary>
public sealed class AlbumChangeSaga(
    Database database, LinkWriter links, AlbumDocument document, ControlPlaneClient controlPlane)
{
    public const string Kind = "album-change";

    private const int Batch = 200;
    private static readonly TimeSpan AcknowledgeMax = TimeSpan.FromSeconds(2);

    internal SagaDefinition Define() => new()
    {
        Kind = Kind,
        Steps =
        [
            new SagaStep("links", WriteLinksAsync, AttemptsMax: 1_000),
            new SagaStep("unlink", UnlinkAsync, AttemptsMax: 1_000),
            new SagaStep("invalidate", InvalidateAsync, AttemptsMax: 1_000),
            new SagaStep("album", WriteAlbumAsync, AttemptsMax: 1_000),
        ],
    };

    private async Task<StepResult> WriteLinksAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<AlbumChangeState>();
        IReadOnlyList<string> photos = [];
        for (var after = ""; state.Relinks && (after == "" || photos.Count == Batch); after = photos.Count > 0 ? photos[^1] : "~")
        {
            photos = await database.ReadAsync(session => session.QueryAsync<string>(
                $"""
                SELECT id FROM photo
                WHERE album_id = @AlbumId AND state = 'published' AND id > @after ORDER BY id LIMIT {Batch}
                """, new { state.AlbumId, after }), cancellationToken);
            foreach (var photoId in photos)
            {
                await RelinkAsync(photoId, cancellationToken);
            }
        }
        return StepResult.Done(state);
    }

    private async Task RelinkAsync(string photoId, CancellationToken cancellationToken)
    {
        var (photo, images) = await database.WriteAsync(async session => (
            await PhotoStore.TakeGenerationAsync(session, photoId), await PhotoStore.ImagesAsync(session, photoId)), cancellationToken);
        if (photo is not { State: "published" })
        {
            return; // deleted meanwhile: its own change removes the links
        }
        foreach (var image in images)
        {
            await links.WriteAsync(photo, image.Resolution, image.FileKey, cancellationToken);
        }
    }

    private async Task<StepResult> UnlinkAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<AlbumChangeState>();
        if (state.OldDirectory is not null)
        {
            await links.RemoveBelowAsync(state.OldDirectory, state.OldGeneration, cancellationToken);
        }
        return StepResult.Done(state);
    }

    private async Task<StepResult> InvalidateAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<AlbumChangeState>();
        if (state.OldDirectory is not null)
        {
            // By tag, so that tokens for the old directory end too; by prefix, so that a remembered "not there" ends under the new one.
            state.Receipt = await controlPlane.InvalidateAsync(
                new Invalidation("tag", "album:" + state.AlbumId, Reason: state.Relinks ? "renamed" : "deleted"),
                AcknowledgeMax, cancellationToken);
            var directory = await DirectoryAsync(state.AlbumId, cancellationToken);
            await controlPlane.InvalidateAsync(
                new Invalidation("prefix", directory.Value, Reason: "renamed"), TimeSpan.Zero, cancellationToken);
        }
        if (state.RevokedViewer is not null)
        {
            state.Receipt = await controlPlane.InvalidateAsync(
                new Invalidation("viewer", state.RevokedViewer, Reason: "share revoked"), AcknowledgeMax, cancellationToken);
        }
        return StepResult.Done(state);
    }

    private async Task<CanonicalPath> DirectoryAsync(string albumId, CancellationToken cancellationToken)
    {
        var album = await database.ReadAsync(session => session.QueryFirstOrDefaultAsync<AlbumRow>(
            $"{AlbumRow.Select} WHERE b.id = @albumId", new { albumId }), cancellationToken);
        return CdnNames.DirectoryOf(album!.OwnerName, album.Name);
    }

    private async Task<StepResult> WriteAlbumAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<AlbumChangeState>();
        var path = await document.WriteAsync(state.AlbumId, cancellationToken);
        await controlPlane.InvalidateAsync(new Invalidation("url", path, Reason: "album"), TimeSpan.Zero, cancellationToken);
        return StepResult.Done(state);
    }
}
