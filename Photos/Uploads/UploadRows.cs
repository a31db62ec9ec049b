using Flickr.Photos.Collecting;
using Flickr.Photos.Gallery;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Photos.Search;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Uploads;

/// <summary>What the upload saga writes into the tables, each inside the transaction of its step.</summary>
public sealed class UploadRows(PhotosMetrics metrics, IOptions<CollectingOptions> collecting, TimeProvider time)
{
    private const int NumberMax = 10_000;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The photo of an album that has these bytes; null for none.</summary>
    public Task<string?> FindDuplicateAsync(SqlSession session, string albumId, string digest) => session.ScalarAsync<string>(
        "SELECT id FROM photo WHERE album_id = @albumId AND digest = @digest AND state <> 'deleted'", new { albumId, digest });

    /// <summary>Adds the photo's row under the first spelling of its name that is free.</summary>
    /// <exception cref="PhotoChangedException">The same bytes appeared meanwhile.</exception>
    public async Task ReservePhotoAsync(SqlSession session, UploadState state)
    {
        var generation = await PhotoStore.NextVersionAsync(session, state.AlbumId); // locks the album: names are settled one by one
        if (await FindDuplicateAsync(session, state.AlbumId, state.Digest) is not null)
        {
            throw new PhotoChangedException();
        }
        for (var number = 1; number <= NumberMax; number++)
        {
            var name = CdnNames.Numbered(state.Name, number);
            var added = await session.ExecuteAsync(
                """
                INSERT INTO photo (id, owner_id, album_id, name, stem_key, digest, length_bytes, media_type, title, description,
                    visibility, state, generation, created_ms)
                VALUES (@PhotoId, @OwnerId, @AlbumId, @name, @stemKey, @Digest, @LengthBytes, @MediaType, '', '',
                    'public', 'processing', @generation, @NowMs)
                ON CONFLICT DO NOTHING
                """,
                new
                {
                    state.PhotoId,
                    state.OwnerId,
                    state.AlbumId,
                    name,
                    stemKey = CdnNames.KeyOf(CdnNames.StemOf(name)),
                    state.Digest,
                    state.LengthBytes,
                    state.MediaType,
                    generation,
                    NowMs,
                });
            if (added == 1)
            {
                return;
            }
        }
        throw new InvalidOperationException($"{NumberMax} photos of one name in one album");
    }

    /// <summary>Makes the photo visible: its files, its facts, its state.</summary>
    public async Task PublishPhotoAsync(SqlSession session, PhotoRow photo, UploadState state)
    {
        var version = await PhotoStore.NextVersionAsync(session, photo.AlbumId);
        List<StoredVariant> all =
            [new("original", state.Digest, state.LengthBytes, state.Width, state.Height), .. state.Variants];
        foreach (var variant in all)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO image (cdn_path, cdn_photo_key, file_key, resolution, owner_id, is_public, width, height, length_bytes)
                VALUES (@path, @Id, @Digest, @Resolution, @OwnerId, @isPublic, @Width, @Height, @LengthBytes)
                ON CONFLICT (cdn_path) DO UPDATE SET cdn_photo_key = excluded.cdn_photo_key, file_key = excluded.file_key,
                    owner_id = excluded.owner_id, is_public = excluded.is_public, width = excluded.width,
                    height = excluded.height, length_bytes = excluded.length_bytes
                """,
                new
                {
                    path = photo.PathOf(variant.Resolution).Value,
                    photo.Id,
                    variant.Digest,
                    variant.Resolution,
                    photo.OwnerId,
                    isPublic = photo.IsPublic ? 1L : 0L,
                    Width = (long)variant.Width,
                    Height = (long)variant.Height,
                    variant.LengthBytes,
                });
        }
        var facts = state.Facts!;
        await session.ExecuteAsync(
            """
            UPDATE photo SET state = 'published', published_ms = @NowMs, published_version = @version, width = @Width, height = @Height, taken_at = @TakenAt,
                title = CASE WHEN title = '' THEN @Title ELSE title END,
                description = CASE WHEN description = '' THEN @Description ELSE description END,
                camera = @Camera, latitude = @Latitude, longitude = @Longitude, thumb_hash = @ThumbHash
            WHERE id = @Id AND state = 'processing'
            """,
            new
            {
                photo.Id,
                NowMs,
                version,
                Width = (long)state.Width,
                Height = (long)state.Height,
                facts.TakenAt,
                Title = facts.Title ?? "",
                Description = facts.Description ?? "",
                facts.Camera,
                facts.Latitude,
                facts.Longitude,
                state.ThumbHash,
            });
        foreach (var tag in facts.Tags)
        {
            await session.ExecuteAsync(
                "INSERT INTO photo_tag (photo_id, tag) VALUES (@Id, @tag) ON CONFLICT DO NOTHING", new { photo.Id, tag });
        }
        await SearchIndex.RefreshAsync(session, photo.Id);
    }

    /// <summary>Takes the row back: its name and bytes may be used again.</summary>
    public Task ForgetPhotoAsync(SqlSession session, string photoId) => session.ExecuteAsync(
        "UPDATE photo SET state = 'deleted' WHERE id = @photoId AND state = 'processing'", new { photoId });

    /// <summary>Keeps the upload's row at what its saga is.</summary>
    public async Task ProgressedAsync(SqlSession session, SagaProgress progress)
    {
        var state = progress.State<UploadState>();
        var isFailed = progress.Status is SagaStatus.Failed or SagaStatus.Stuck;
        await session.ExecuteAsync(
            """
            UPDATE upload SET state = @newState, step = @Step, photo_id = @photoId, duplicate_of = @DuplicateOf,
                problem_type = @problemType, problem_text = @problemText, updated_ms = @NowMs
            WHERE id = @SagaId AND state NOT IN ('published', 'failed')
            """,
            new
            {
                progress.SagaId,
                progress.Step,
                newState = progress.Status switch
                {
                    SagaStatus.Waiting => "queued",
                    SagaStatus.Done => "published",
                    _ => isFailed ? "failed" : "processing",
                },
                photoId = isFailed ? null : state.DuplicateOf ?? state.PhotoId,
                state.DuplicateOf,
                problemType = isFailed ? ProblemOf(progress).Type : null,
                problemText = isFailed ? ProblemOf(progress).Text : null,
                NowMs,
            });
        if (progress.IsOver)
        {
            await ReleaseBytesAsync(session, progress, state);
            (isFailed ? metrics.UploadsFailed : state.DuplicateOf is null ? metrics.UploadsPublished : metrics.UploadsDuplicate).Inc();
            if (await session.ScalarAsync<long?>("SELECT created_ms FROM upload WHERE id = @SagaId", new { progress.SagaId })
                is { } acceptedMs)
            {
                metrics.PublishSeconds.Observe(Math.Max(0, NowMs - acceptedMs) / 1000.0); // the clock may have been set back
            }
        }
    }

    // A stuck saga may be replayed by an operator, so what it has stays kept.
    private async Task ReleaseBytesAsync(SqlSession session, SagaProgress progress, UploadState state)
    {
        if (progress.Status == SagaStatus.Stuck)
        {
            return;
        }
        var dueMs = NowMs + (long)collecting.Value.Grace.TotalMilliseconds;
        await BlobReferences.UnpinAsync(session, progress.SagaId, dueMs);
        if (progress.Status == SagaStatus.Failed)
        {
            await BlobReferences.SuspectAsync(session, [state.Digest], dueMs);
        }
    }

    // The engine's own problem is spoken in the engine's words; people get a sentence they can act on.
    private static SagaProblem ProblemOf(SagaProgress progress) => progress.Problem is not { } problem || problem.Type == "gave-up"
        ? new SagaProblem(Problem.TypeOf("upload-gave-up"), "The upload could not be finished. Please send the file again later.")
        : problem;
}
