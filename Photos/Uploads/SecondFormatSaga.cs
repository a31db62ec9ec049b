using Flickr.Photos.Collecting;
using Flickr.Photos.Gallery;
using Flickr.Photos.Ids;
using Flickr.Photos.Imaging;
using Flickr.Photos.Origins;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Uploads;

/// <summary>
/// Makes the WebP variants after a photo was published, from its original. One photo of the whole service at a time, so that
/// uploads find the other workers free. It can only fail by leaving a photo with its JPEGs. Steps: <b>make</b>, <b>publish</b>.
/// </summary>
public sealed class SecondFormatSaga(
    Database database, OriginalFiles files, ImageWorkerPool images, VariantStore variants, LinkWriter links,
    IServiceProvider services, SortableIds ids, IOptions<ImagingOptions> options, IOptions<CollectingOptions> collecting,
    PhotosMetrics metrics, TimeProvider time)
{
    public const string Kind = "second-format";

    private const int AttemptsMax = 5;

    internal SagaDefinition Define() => new()
    {
        Kind = Kind,
        Steps = [new SagaStep("make", MakeAsync, AttemptsMax: AttemptsMax), new SagaStep("publish", PublishAsync, AttemptsMax: AttemptsMax)],
        Progressed = ReleaseAsync,
    };

    /// <summary>Begins one for a photo that has just been published, in the caller's transaction.</summary>
    internal Task BeginAsync(SqlSession session, PhotoRow photo) => !options.Value.SecondFormat
        ? Task.CompletedTask
        : services.GetRequiredService<SagaEngine>().BeginAsync( // the engine is made of its sagas, so it is asked for late
            session, Kind, ids.Next(), Kind, new SecondFormatState { PhotoId = photo.Id, Digest = photo.Digest });

    private async Task<StepResult> MakeAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<SecondFormatState>();
        var photo = await database.ReadAsync(session => PhotoStore.FindAsync(session, state.PhotoId), cancellationToken);
        if (photo is not { State: "published" })
        {
            return StepResult.Finished(state);
        }
        try
        {
            var path = await files.GetAsync(work.SagaId, state.Digest, cancellationToken);
            var answer = await images.MakeSecondFormatAsync(
                path, files.OutputFolder(work.SagaId), state.Digest, cancellationToken);
            if (answer.Refusal is not null)
            {
                return StepResult.Finished(state); // what was published once may be refused by stricter limits
            }
            state.Variants = await variants.StoreAsync(work.SagaId, answer.Variants, cancellationToken);
        }
        finally
        {
            files.Forget(work.SagaId);
        }
        return StepResult.Done(state);
    }

    private async Task<StepResult> PublishAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<SecondFormatState>();
        var photo = await database.WriteAsync(session => PhotoStore.TakeGenerationAsync(session, state.PhotoId), cancellationToken);
        if (photo is not { State: "published" })
        {
            return StepResult.Finished(state);
        }
        foreach (var variant in state.Variants)
        {
            if (await links.WriteAsync(photo, variant.Resolution, variant.Digest, cancellationToken) == LinkOutcome.BlobUnknown)
            {
                throw new OriginUnavailableException("storage does not know a variant", null);
            }
        }
        return StepResult.Done(state, async session =>
        {
            await PhotoStore.NextVersionAsync(session, photo.AlbumId); // the lock: nobody moves or deletes it meanwhile
            await PhotoStore.CheckUnchangedAsync(session, photo);
            await UploadRows.WriteImagesAsync(session, photo, state.Variants);
            metrics.SecondFormats.Inc();
        });
    }

    private Task ReleaseAsync(SqlSession session, SagaProgress progress) =>
        progress.Status is SagaStatus.Done or SagaStatus.Failed
            ? BlobReferences.UnpinAsync(session, progress.SagaId, (time.GetUtcNow() + collecting.Value.Grace).ToUnixTimeMilliseconds())
            : Task.CompletedTask;
}
