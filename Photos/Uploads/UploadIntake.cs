using Flickr.Photos.Accounts;
using Flickr.Photos.Albums;
using Flickr.Photos.Collecting;
using Flickr.Photos.Ids;
using Flickr.Photos.Imaging;
using Flickr.Photos.Origins;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;
using Flickr.Photos.Sagas;
using Flickr.Sql;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Uploads;

/// <summary>
/// Takes one file: the request's body runs through to storage while it is counted and hashed; then the row and the saga are
/// written in one transaction; then the client is told. In this order a crash at any moment leaves either nothing that
/// was promised or a saga that finishes it.
/// </summary>
public sealed class UploadIntake(
    Database database, OriginClient origin, SagaEngine sagas, SortableIds ids, UploadRows rows, RequestLimits limits,
    IOptions<RequestLimitOptions> limitOptions, IOptions<UploadOptions> options, PhotosMetrics metrics, TimeProvider time)
{
    /// <summary>Answers <c>POST /api/v1/uploads?album=&amp;name=</c>.</summary>
    public async Task<IResult> TakeAsync(HttpContext context, string? album, string? name)
    {
        var answer = await TryTakeAsync(context, album, name);
        if (answer is IStatusCodeHttpResult { StatusCode: >= 400 })
        {
            metrics.UploadsRefused.Inc();
        }
        return answer;
    }

    private async Task<IResult> TryTakeAsync(HttpContext context, string? album, string? name)
    {
        if (Viewer.IdOf(context) is not { } ownerId)
        {
            return Problem.NotSignedIn();
        }
        var bytesMax = options.Value.BytesMax;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // counted here, so that the answer is ours
        }
        if (await JudgeAsync(context, ownerId, album, name) is { } refusal)
        {
            return refusal;
        }
        if (context.Request.ContentLength > bytesMax)
        {
            return TooLarge(bytesMax);
        }
        var head = new byte[ImageSignature.LengthBytes];
        var read = await context.Request.Body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (JudgeFormat(head.AsSpan(0, read)) is { } foreign)
        {
            return foreign;
        }
        using var body = new UploadBody(head.AsMemory(0, read), context.Request.Body, bytesMax);
        var file = new UploadFile(ownerId, CdnNames.TryRead(album)!, CdnNames.TryRead(name)!, ImageSignature.Read(head.AsSpan(0, read)));
        var (upload, failure) = await StoreAsync(context, body, file, bytesMax);
        return failure ?? Results.Json(upload!.Body(), statusCode: 202);
    }

    /// <summary>Takes a file that has come in parts: as any upload from here on. One of the two is null.</summary>
    internal async Task<(UploadRow? Upload, IResult? Failure)> TakeFileAsync(
        HttpContext context, string ownerId, string album, string name, Stream content)
    {
        var head = new byte[ImageSignature.LengthBytes];
        var read = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, context.RequestAborted);
        using var body = new UploadBody(head.AsMemory(0, read), content, options.Value.BytesMax);
        var file = new UploadFile(ownerId, album, name, ImageSignature.Read(head.AsSpan(0, read)));
        return await StoreAsync(context, body, file, options.Value.BytesMax);
    }

    /// <summary>Null when an upload of these names may begin now, else why not.</summary>
    internal async Task<IResult?> JudgeAsync(HttpContext context, string ownerId, string? album, string? name)
    {
        if (CdnNames.TryRead(album) is null)
        {
            return Problem.BadName("an album");
        }
        if (CdnNames.TryRead(name) is null)
        {
            return Problem.BadName("a file");
        }
        if (limits.Upload(ownerId) is { } pause)
        {
            return Problem.Later(context, 429, "too-many-uploads", "Too many uploads at once. They are taken again in a moment.", pause);
        }
        if (await IsQueueFullAsync(ownerId, context.RequestAborted) is { } full)
        {
            return Problem.Later(context, full ? 503 : 429, "upload-queue-full",
                "Too many uploads are waiting to be processed. Send the next ones later.", TimeSpan.FromSeconds(10));
        }
        return null;
    }

    /// <summary>Null when a file that begins like this is taken, else why not.</summary>
    internal static IResult? JudgeFormat(ReadOnlySpan<byte> head)
    {
        var format = ImageSignature.Read(head);
        if (format is not (ImageFormat.Unknown or ImageFormat.Heic))
        {
            return null;
        }
        var refusal = format == ImageFormat.Heic ? ImageRefusal.HeicUnsupported : ImageRefusal.UnknownFormat;
        return Problem.Result(415, ImageRefusals.ProblemName(refusal), ImageRefusals.Explain(refusal));
    }

    private async Task<(UploadRow? Upload, IResult? Failure)> StoreAsync(
        HttpContext context, UploadBody body, UploadFile file, long bytesMax)
    {
        var generation = await database.WriteAsync(BlobReferences.NextGenerationAsync, context.RequestAborted);
        StoredBlob blob;
        try
        {
            blob = await origin.StoreAsync(body, generation, context.RequestAborted);
        }
        catch (OriginUnavailableException) when (body.IsTooLong)
        {
            return (null, TooLarge(bytesMax));
        }
        catch (OriginUnavailableException) when (body.ClientFault is not null)
        {
            return (null, Problem.Result(400, "upload-cut", "The upload ended before all bytes had come."));
        }
        catch (OriginUnavailableException fault)
        {
            return (null, Problem.Later(context, 503, "storage-unavailable", "Storage cannot take the file now. Send it again later.",
                fault.RetryAfter ?? TimeSpan.FromSeconds(5)));
        }
        if (blob.Digest != body.Digest() || blob.Length != body.Length)
        {
            return (null, Problem.Later(context, 503, "storage-unavailable", "The file was damaged on its way to storage. Send it again.",
                TimeSpan.FromSeconds(1)));
        }
        UploadRow upload;
        try
        {
            upload = await AcceptAsync(file, blob, generation, context.RequestAborted);
        }
        catch (BlobCollectedException)
        {
            return (null, Problem.Later(context, 503, "storage-unavailable",
                "The same bytes were being cleared away in this moment. Send the file again.", TimeSpan.FromSeconds(1)));
        }
        metrics.UploadsAccepted.Inc();
        metrics.UploadBytes.Inc(blob.Length);
        return (upload, null);
    }

    private async Task<UploadRow> AcceptAsync(
        UploadFile file, StoredBlob blob, long generation, CancellationToken cancellationToken)
    {
        var (ownerId, albumName, fileName) = (file.OwnerId, file.Album, file.Name);
        var id = ids.Next();
        var photoId = ids.Next();
        var upload = await database.WriteAsync(async session =>
        {
            await BlobReferences.CheckAsync(session, blob.Digest, generation);
            var albumId = await AlbumStore.EnsureAsync(session, ids, ownerId, albumName, time);
            var duplicate = await rows.FindDuplicateAsync(session, albumId, blob.Digest);
            await session.ExecuteAsync(
                """
                INSERT INTO upload (id, owner_id, album_id, name, digest, length_bytes, state, step, photo_id, duplicate_of,
                    created_ms, updated_ms)
                VALUES (@id, @ownerId, @albumId, @fileName, @Digest, @Length, @state, 'receive', @duplicate, @duplicate, @now, @now)
                """,
                new
                {
                    id,
                    ownerId,
                    albumId,
                    fileName,
                    blob.Digest,
                    blob.Length,
                    state = duplicate is null ? "queued" : "published",
                    duplicate,
                    now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                });
            if (duplicate is null)
            {
                var state = new UploadState
                {
                    OwnerId = ownerId,
                    AlbumId = albumId,
                    PhotoId = photoId,
                    Name = fileName,
                    Digest = blob.Digest,
                    LengthBytes = blob.Length,
                    MediaType = ImageSignature.MediaType(file.Format),
                };
                await sagas.BeginAsync(session, UploadSaga.Kind, id, UploadSaga.LaneOf(ownerId), state);
            }
            return (await UploadQueries.FindAsync(session, id))!;
        }, cancellationToken);
        if (upload.DuplicateOf is not null)
        {
            metrics.UploadsDuplicate.Inc();
        }
        sagas.Wake();
        return upload;
    }

    // Null: there is room. True: the service as a whole is behind; false: this account is.
    private async Task<bool?> IsQueueFullAsync(string ownerId, CancellationToken cancellationToken)
    {
        if (metrics.QueueDepth.Value > options.Value.BacklogMax)
        {
            return true;
        }
        var waiting = await database.ReadAsync(session => session.ScalarAsync<long>(
            "SELECT COUNT(*) FROM upload WHERE owner_id = @ownerId AND state IN ('queued', 'processing')", new { ownerId }),
            cancellationToken);
        return waiting >= limitOptions.Value.UploadsQueuedMax ? false : null;
    }

    private static IResult TooLarge(long bytesMax) =>
        Problem.Result(413, "upload-too-large", $"A file may have at most {bytesMax / 1_000_000} MB.");

    private sealed record UploadFile(string OwnerId, string Album, string Name, ImageFormat Format);
}
