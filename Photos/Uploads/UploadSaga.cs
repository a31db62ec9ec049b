using Flickr.Photos.Gallery;
using Flickr.Photos.Imaging;
using Flickr.Photos.Invalidations;
using Flickr.Photos.Origins;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Sql;

namespace Flickr.Photos.Uploads;

/// <summary>
/// What happens to an upload after it was answered 202. Read this first; the steps in order:
/// <list type="number">
/// <item><b>receive</b>: storage has every byte that was acknowledged.</item>
/// <item><b>dedupe</b>: the album has these bytes already: ends here, pointing at that photo. Else the photo's row and its name are settled.</item>
/// <item><b>store</b>: the original gets its name, private, so that storage keeps it. Undone: the name is removed.</item>
/// <item><b>inspect</b>: a worker judges the header against the limits and reads the embedded text.</item>
/// <item><b>thumbnails</b>: a worker makes the variants from one decode; storage takes them.</item>
/// <item><b>publish</b>: the names of the variants, then the photo's row as published.</item>
/// <item><b>album</b>: album.json.</item>
/// <item><b>announce</b>: edges forget the old album.json.</item>
/// </list>
/// One upload of an owner runs at a time; the others wait in their order.
/// </summary>
public sealed class UploadSaga(
    Database database, OriginClient origin, OriginalFiles files, ImageWorkerPool images, VariantStore variants, LinkWriter links,
    AlbumDocument document, ControlPlaneClient controlPlane, UploadRows rows, SecondFormatSaga second)
{
    /// <summary>Kind of the saga.</summary>
    public const string Kind = "upload";

    /// <summary>The lane of an owner's uploads.</summary>
    public static string LaneOf(string ownerId) => "upload:" + ownerId;

    internal SagaDefinition Define() => new()
    {
        Kind = Kind,
        Steps =
        [
            new SagaStep("receive", ReceiveAsync),
            new SagaStep("dedupe", DedupeAsync, ForgetPhotoAsync),
            new SagaStep("store", StoreAsync, RemoveLinksAsync),
            new SagaStep("inspect", InspectAsync),
            new SagaStep("thumbnails", MakeThumbnailsAsync),
            new SagaStep("publish", PublishAsync),
            new SagaStep("album", WriteAlbumAsync),
            new SagaStep("announce", AnnounceAsync),
        ],
        Progressed = rows.ProgressedAsync,
    };

    private async Task<StepResult> ReceiveAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        var length = await origin.FindAsync(state.Digest, cancellationToken);
        return length == state.LengthBytes
            ? StepResult.Done(state)
            : throw new OriginUnavailableException($"storage has {length?.ToString() ?? "no"} of {state.LengthBytes} bytes", null);
    }

    private async Task<StepResult> DedupeAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        state.DuplicateOf = await database.ReadAsync(
            session => rows.FindDuplicateAsync(session, state.AlbumId, state.Digest), cancellationToken);
        return state.DuplicateOf is null
            ? StepResult.Done(state, session => rows.ReservePhotoAsync(session, state))
            : StepResult.Finished(state);
    }

    private async Task<StepResult> StoreAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        var photo = await TakeAsync(state, cancellationToken);
        return await links.WriteAsync(photo, "original", state.Digest, cancellationToken) == LinkOutcome.BlobUnknown
            ? throw new OriginUnavailableException("storage does not know the original", null)
            : StepResult.Done(state);
    }

    private async Task<StepResult> InspectAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        var path = await files.GetAsync(work.SagaId, state.Digest, cancellationToken);
        var answer = await images.InspectAsync(path, state.Digest, cancellationToken);
        if (answer.Refusal is { } refusal)
        {
            return Refused(work, refusal);
        }
        state.Facts = answer.Facts;
        (state.Width, state.Height) = (answer.Facts!.Width, answer.Facts.Height);
        return StepResult.Done(state);
    }

    private async Task<StepResult> MakeThumbnailsAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        var refusal = await MakeAsync(work.SagaId, state, cancellationToken);
        return refusal is { } why ? Refused(work, why) : StepResult.Done(state);
    }

    private async Task<ImageRefusal?> MakeAsync(string sagaId, UploadState state, CancellationToken cancellationToken)
    {
        var path = await files.GetAsync(sagaId, state.Digest, cancellationToken);
        var answer = await images.MakeVariantsAsync(path, files.OutputFolder(sagaId), state.Digest, cancellationToken);
        if (answer.Refusal is not null)
        {
            return answer.Refusal;
        }
        state.Variants = await variants.StoreAsync(sagaId, answer.Variants, cancellationToken);
        (state.ThumbHash, state.Color, state.PerceptualHash) = (answer.ThumbHash, answer.Color, answer.PerceptualHash);
        files.Forget(sagaId);
        return null;
    }

    private async Task<StepResult> PublishAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        // Written as if published: nobody has been told the names before the row says so.
        var photo = (await TakeAsync(state, cancellationToken)) with { State = "published" };
        foreach (var variant in state.Variants.Append(new StoredVariant("original", state.Digest, 0, 0, 0)).ToList())
        {
            var outcome = await links.WriteAsync(photo, variant.Resolution, variant.Digest, cancellationToken);
            if (outcome == LinkOutcome.BlobUnknown)
            {
                // Storage collected a blob that no name held yet: it was a long way from making to publishing.
                await MakeAsync(work.SagaId, state, cancellationToken);
                throw new OriginUnavailableException("a variant had to be made again", null);
            }
        }
        state.NeedsPurge = work.Attempt > 1;
        return StepResult.Done(state, async session =>
        {
            await PhotoStore.CheckUnchangedAsync(session, photo);
            await rows.PublishPhotoAsync(session, photo, state);
        });
    }

    private async Task<StepResult> WriteAlbumAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        await document.WriteAsync(state.AlbumId, cancellationToken);
        return StepResult.Done(state);
    }

    private async Task<StepResult> AnnounceAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        var photo = await FindAsync(state, cancellationToken);
        var path = CdnNames.DocumentOf(photo.OwnerName, photo.AlbumName).Value;
        await controlPlane.InvalidateAsync(new Invalidation("url", path, Reason: "published"), TimeSpan.Zero, cancellationToken);
        if (state.NeedsPurge)
        {
            await controlPlane.InvalidateAsync(
                new Invalidation("tag", "photo:" + photo.Id, Reason: "republished"), TimeSpan.Zero, cancellationToken);
        }
        return StepResult.Done(state, session => second.BeginAsync(session, photo));
    }

    private async Task<StepResult> RemoveLinksAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        files.Forget(work.SagaId);
        if (await database.WriteAsync(
            session => PhotoStore.TakeGenerationAsync(session, state.PhotoId), cancellationToken) is { } photo)
        {
            await links.RemoveAsync(photo, cancellationToken);
        }
        return StepResult.Done(state);
    }

    private Task<StepResult> ForgetPhotoAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<UploadState>();
        return Task.FromResult(StepResult.Done(state, session => rows.ForgetPhotoAsync(session, state.PhotoId)));
    }

    private StepResult Refused(SagaWork work, ImageRefusal refusal)
    {
        files.Forget(work.SagaId);
        return StepResult.Failed(
            Problem.TypeOf(ImageRefusals.ProblemName(refusal)), ImageRefusals.Explain(refusal));
    }

    private async Task<PhotoRow> TakeAsync(UploadState state, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => PhotoStore.TakeGenerationAsync(session, state.PhotoId), cancellationToken)
        ?? throw new InvalidDataException("the upload's photo is gone");

    private async Task<PhotoRow> FindAsync(UploadState state, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => PhotoStore.FindAsync(session, state.PhotoId), cancellationToken)
        ?? throw new InvalidDataException("the upload's photo is gone");
}
