using System.Globalization;
using System.Text;
using Flickr.Photos.Accounts;
using Flickr.Photos.Imaging;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;
using Flickr.Photos.Uploads;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Resumable;

/// <summary>
/// Uploads that survive a cut line, by tus 1.0.0: core, creation, creation-with-upload, checksum, expiration, termination. With
/// its last byte one becomes an upload as any other, whose id comes in <c>Flickr-Upload</c>.
/// </summary>
internal sealed class TusEndpoints(PartStore parts, UploadIntake intake, IOptions<UploadOptions> options, PhotosMetrics metrics)
{
    private const string Root = "/api/v1/tus";
    private const string Version = "1.0.0";
    private const string BodyType = "application/offset+octet-stream";
    private const int MetadataMax = 4_096;

    public async Task<IResult> HandleAsync(HttpContext context, string? id)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        headers["Tus-Resumable"] = Version;
        if (HttpMethods.IsOptions(request.Method))
        {
            headers["Tus-Version"] = Version;
            headers["Tus-Extension"] = "creation,creation-with-upload,checksum,expiration,termination";
            headers["Tus-Checksum-Algorithm"] = "sha256";
            headers["Tus-Max-Size"] = Number(options.Value.BytesMax);
            return Results.NoContent();
        }
        if (Viewer.IdOf(context) is not { } ownerId)
        {
            return Problem.NotSignedIn();
        }
        if (request.Headers["Tus-Resumable"] != Version)
        {
            headers["Tus-Version"] = Version;
            return Problem.Result(412, "tus-version", "Tus-Resumable must be 1.0.0.");
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // counted by the store
        }
        if (id is null)
        {
            return await CreateAsync(context, ownerId);
        }
        if (parts.Find(ownerId, id) is not { } upload)
        {
            return Problem.Result(404, "upload-not-found", "There is no such unfinished upload.");
        }
        if (HttpMethods.IsHead(request.Method))
        {
            headers.CacheControl = "no-store";
            headers["Upload-Length"] = Number(upload.Length);
            headers["Upload-Metadata"] = upload.Metadata;
            WriteProgress(context, upload);
            return Results.Ok();
        }
        return await LockedAsync(context, upload, HttpMethods.IsDelete(request.Method));
    }

    private async Task<IResult> CreateAsync(HttpContext context, string ownerId)
    {
        var request = context.Request;
        var metadata = request.Headers["Upload-Metadata"].ToString();
        if (!long.TryParse(request.Headers["Upload-Length"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length == 0 || metadata.Length > MetadataMax)
        {
            return Malformed("Upload-Length is a whole number above zero, Upload-Metadata has at most 4096 characters.");
        }
        if (length > options.Value.BytesMax)
        {
            return Problem.Result(413, "upload-too-large", $"A file may have at most {options.Value.BytesMax / 1_000_000} MB.");
        }
        var (album, name) = (Read(metadata, "album"), Read(metadata, "name") ?? Read(metadata, "filename"));
        if (await intake.JudgeAsync(context, ownerId, album, name) is { } refusal)
        {
            metrics.UploadsRefused.Inc();
            return refusal;
        }
        if (parts.Add(ownerId, CdnNames.TryRead(album)!, CdnNames.TryRead(name)!, length, metadata) is not { } upload)
        {
            return Problem.Later(context, 429, "upload-queue-full", "Too many uploads are unfinished.", TimeSpan.FromMinutes(1));
        }
        context.Response.Headers.Location = $"{Root}/{upload.Id}";
        if (request.ContentType == BodyType)
        {
            return await LockedAsync(context, upload, isRemoval: false, isCreation: true);
        }
        WriteProgress(context, upload);
        return Results.StatusCode(201);
    }

    private async Task<IResult> LockedAsync(HttpContext context, UnfinishedUpload upload, bool isRemoval, bool isCreation = false)
    {
        if (!parts.TryLock(upload))
        {
            return Problem.Result(423, "upload-locked", "Another request is writing to the upload.");
        }
        try
        {
            if (isRemoval)
            {
                parts.Remove(upload);
                return Results.NoContent();
            }
            return await AppendAsync(context, upload, isCreation);
        }
        finally
        {
            parts.Unlock(upload);
        }
    }

    private async Task<IResult> AppendAsync(HttpContext context, UnfinishedUpload upload, bool isCreation)
    {
        var request = context.Request;
        var offset = parts.OffsetOf(upload);
        if (request.ContentType != BodyType)
        {
            return Problem.Result(415, "upload-malformed", $"The body's type is {BodyType}.");
        }
        if (!isCreation && request.Headers["Upload-Offset"] != Number(offset))
        {
            return Problem.Result(409, "upload-offset", "The upload stands at another offset.");
        }
        if (!TryReadChecksum(request.Headers["Upload-Checksum"].ToString(), out var checksum))
        {
            return Malformed("Upload-Checksum is sha256 and base64.");
        }
        if (upload.UploadId is null)
        {
            var verdict = await parts.AppendAsync(upload, request.Body, checksum, context.RequestAborted);
            if (verdict is PartVerdict.TooLong or PartVerdict.WrongChecksum)
            {
                return verdict == PartVerdict.TooLong
                    ? Problem.Result(413, "upload-too-large", "More bytes than Upload-Length said.")
                    : Problem.Result(460, "upload-checksum", "The part has another checksum.");
            }
            upload = parts.Find(upload.OwnerId, upload.Id)!;
            if (offset < ImageSignature.LengthBytes && await JudgeHeadAsync(upload) is { } foreign)
            {
                parts.Remove(upload);
                return foreign;
            }
            if (parts.OffsetOf(upload) == upload.Length && await CompleteAsync(context, upload) is { } failure)
            {
                return failure; // the bytes stay: an empty PATCH at the end tries again
            }
        }
        WriteProgress(context, parts.Find(upload.OwnerId, upload.Id)!);
        return Results.StatusCode(isCreation ? 201 : 204);
    }

    // As soon as the first bytes are there: nobody shall send 200 MB to be told that it is no picture.
    private async Task<IResult?> JudgeHeadAsync(UnfinishedUpload upload)
    {
        await using var content = parts.Open(upload);
        var head = new byte[ImageSignature.LengthBytes];
        var read = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false);
        return read == head.Length || read == upload.Length ? UploadIntake.JudgeFormat(head.AsSpan(0, read)) : null;
    }

    private async Task<IResult?> CompleteAsync(HttpContext context, UnfinishedUpload upload)
    {
        await using var content = parts.Open(upload);
        var (taken, failure) = await intake.TakeFileAsync(context, upload.OwnerId, upload.Album, upload.Name, content);
        if (taken is not null)
        {
            parts.Finish(upload, taken.Id);
        }
        return failure;
    }

    private void WriteProgress(HttpContext context, UnfinishedUpload upload)
    {
        var headers = context.Response.Headers;
        headers["Upload-Offset"] = Number(parts.OffsetOf(upload));
        headers["Upload-Expires"] = DateTimeOffset.FromUnixTimeMilliseconds(upload.ExpiresMs).ToString("R", CultureInfo.InvariantCulture);
        if (upload.UploadId is not null)
        {
            headers["Flickr-Upload"] = upload.UploadId;
        }
    }

    // "album bmF0dXJl,name c3dhbnMucG5n"
    private static string? Read(string metadata, string key)
    {
        foreach (var pair in metadata.Split(','))
        {
            var parts = pair.Trim().Split(' ');
            if (parts.Length == 2 && parts[0] == key)
            {
                var bytes = new byte[parts[1].Length];
                return Convert.TryFromBase64String(parts[1], bytes, out var written) ? Encoding.UTF8.GetString(bytes, 0, written) : null;
            }
        }
        return null;
    }

    private static bool TryReadChecksum(string field, out byte[]? checksum)
    {
        checksum = null;
        if (field.Length == 0)
        {
            return true;
        }
        var value = new byte[32];
        if (field.Split(' ') is not ["sha256", var text] || text.Length > 44 || !Convert.TryFromBase64String(text, value, out var written)
            || written != value.Length)
        {
            return false;
        }
        checksum = value;
        return true;
    }

    private static IResult Malformed(string title) => Problem.Result(400, "upload-malformed", title);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
