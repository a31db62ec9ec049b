using System.Globalization;
using System.Security.Cryptography;
using Flickr.Origin.Http;

namespace Flickr.Origin.Uploads;

/// <summary>
/// Resumable uploads by draft-ietf-httpbis-resumable-upload, interop version 8, over the store that tus uses. A request belongs here
/// when it carries <c>Upload-Draft-Interop-Version: 8</c>. Not sent: the interim response 104, for which Kestrel has no call; a client
/// learns the upload's address from the answer to a creation with <c>Upload-Complete: ?0</c>.
/// </summary>
internal sealed class DraftEndpoints(UploadStore uploads, UploadCompletion completion, OriginOptions options)
{
    public const string VersionField = "Upload-Draft-Interop-Version";
    private const string Version = "8";
    private const string BodyType = "application/partial-upload";

    /// <summary>Whether the request speaks this protocol, in whichever version.</summary>
    public static bool Speaks(HttpRequest request) =>
        request.Headers.ContainsKey(VersionField) && !request.Headers.ContainsKey("Tus-Resumable");

    public async Task HandleAsync(HttpContext context, string path)
    {
        var request = context.Request;
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[VersionField] = Version;
            return Task.CompletedTask;
        });
        if (request.Headers[VersionField] != Version)
        {
            await Problem.WriteAsync(context, 400, "upload-malformed", "This node speaks interop version 8");
            return;
        }
        if (path == TusEndpoints.Root)
        {
            await (request.Method switch
            {
                "POST" or "PUT" => CreateAsync(context),
                "OPTIONS" => AnswerAsync(context, 204, null),
                _ => BlobEndpoints.MethodNotAllowedAsync(context, "POST, OPTIONS"),
            });
            return;
        }
        if (uploads.Find(path[(TusEndpoints.Root.Length + 1)..]) is not { } upload)
        {
            await Problem.WriteAsync(context, 404, "upload-not-found", "There is no such upload");
            return;
        }
        // A request that comes while another one still writes ends that one: its connection is dead, or its client has moved on.
        await upload.TakeOverAsync(context.RequestAborted);
        try
        {
            await (request.Method switch
            {
                "HEAD" => DescribeAsync(context, upload),
                "PATCH" => AppendAsync(context, upload),
                "DELETE" => RemoveAsync(context, upload),
                _ => BlobEndpoints.MethodNotAllowedAsync(context, "HEAD, PATCH, DELETE"),
            });
        }
        finally
        {
            upload.Unlock();
        }
    }

    private async Task CreateAsync(HttpContext context)
    {
        var request = context.Request;
        if (!TryBool(request.Headers["Upload-Complete"].ToString(), out var isComplete))
        {
            await Problem.WriteAsync(context, 400, "upload-malformed", "Upload-Complete is ?0 or ?1");
            return;
        }
        if (!TryLength(request, 0, isComplete, out var length))
        {
            await InconsistentAsync(context);
            return;
        }
        if (length > options.BlobBytesMax)
        {
            await Problem.WriteAsync(context, 413, "body-too-large", "The body is too large");
            return;
        }
        if (uploads.Create(length ?? Upload.UnknownLength, null) is not { } upload)
        {
            await Problem.WriteAsync(context, 507, "storage-full", "Too many uploads are unfinished");
            return;
        }
        context.Response.Headers.Location = $"{TusEndpoints.Root}/{upload.Facts.Id}";
        await upload.TakeOverAsync(context.RequestAborted);
        try
        {
            await ReceiveAsync(context, upload, isComplete, isCreation: true);
        }
        finally
        {
            upload.Unlock();
        }
    }

    private Task DescribeAsync(HttpContext context, OpenUpload upload)
    {
        context.Response.Headers.CacheControl = "no-store";
        return AnswerAsync(context, 204, upload);
    }

    private Task RemoveAsync(HttpContext context, OpenUpload upload)
    {
        uploads.Remove(upload);
        return AnswerAsync(context, 204, null);
    }

    private async Task AppendAsync(HttpContext context, OpenUpload upload)
    {
        var request = context.Request;
        if (request.ContentType != BodyType)
        {
            await Problem.WriteAsync(context, 415, "upload-malformed", $"The body's type is {BodyType}");
            return;
        }
        if (!TryBool(request.Headers["Upload-Complete"].ToString(), out var isComplete)
            || !long.TryParse(request.Headers["Upload-Offset"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            await Problem.WriteAsync(context, 400, "upload-malformed", "Upload-Offset is a whole number, Upload-Complete ?0 or ?1");
            return;
        }
        if (offset != upload.Offset)
        {
            WithProgress(context, upload);
            await Problem.WriteAsync(context, 409, "upload-offset", "The upload stands at another offset");
            return;
        }
        if (upload.Facts.Digest is not null)
        {
            await Problem.WriteAsync(context, 400, "upload-complete", "The upload is complete");
            return;
        }
        if (!TryLength(request, offset, isComplete, out var length) || (length is { } said && !uploads.TrySetLength(upload, said)))
        {
            await InconsistentAsync(context);
            return;
        }
        await ReceiveAsync(context, upload, isComplete, isCreation: false);
    }

    private async Task ReceiveAsync(HttpContext context, OpenUpload upload, bool isComplete, bool isCreation)
    {
        var headers = context.Request.Headers;
        if (!DigestField.TryRead(headers["Content-Digest"], out var part) || !DigestField.TryRead(headers["Repr-Digest"], out var whole))
        {
            await Problem.WriteAsync(context, 400, "digest-malformed", "Content-Digest or Repr-Digest cannot be read");
            return;
        }
        var checksum = part is { } digest ? new UploadChecksum(HashAlgorithmName.SHA256, digest.ToArray()) : null;
        switch (await uploads.ReceiveAsync(context, upload, checksum))
        {
            case AppendVerdict.Ended:
                return;
            case AppendVerdict.TooLong:
                await Problem.WriteAsync(context, 413, "body-too-large", "The body is longer than it may be");
                return;
            case AppendVerdict.ChecksumMismatch:
                await Problem.WriteAsync(context, 422, "digest-mismatch", "The part has another digest");
                return;
        }
        if (!isComplete)
        {
            await AnswerAsync(context, isCreation ? 201 : 204, upload);
            return;
        }
        if (!uploads.TrySetLength(upload, upload.Offset))
        {
            WithProgress(context, upload);
            await InconsistentAsync(context);
            return;
        }
        var done = await completion.RunAsync(upload, whole);
        if (done.Outcome is not { } outcome)
        {
            await Problem.WriteAsync(context, 422, "digest-mismatch", "The whole body has another digest");
            return;
        }
        // When too few nodes answered the bytes stay: an empty PATCH at the end tries again.
        if (!await BlobEndpoints.RefusedAsync(context, outcome))
        {
            WithProgress(context, upload);
            context.Response.StatusCode = outcome == Replication.WriteOutcome.Existed ? 200 : 201;
            context.Response.Headers.ContentLocation = $"/b/{upload.Facts.Digest}";
            await context.Response.WriteAsJsonAsync(
                new StoredBlob(upload.Facts.Digest!, upload.Offset, outcome == Replication.WriteOutcome.Existed),
                BlobJson.Default.StoredBlob, cancellationToken: context.RequestAborted);
        }
    }

    private Task AnswerAsync(HttpContext context, int status, OpenUpload? upload)
    {
        context.Response.StatusCode = status;
        if (upload is not null)
        {
            WithProgress(context, upload);
        }
        else
        {
            context.Response.Headers["Upload-Limit"] = Limit(null);
        }
        return Task.CompletedTask;
    }

    /// <summary>Set when the answer starts, for a problem clears what was set before.</summary>
    private void WithProgress(HttpContext context, OpenUpload upload) => context.Response.OnStarting(() =>
    {
        var headers = context.Response.Headers;
        headers["Upload-Offset"] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        headers["Upload-Complete"] = upload.Facts.Digest is null ? "?0" : "?1";
        if (upload.Facts.Length != Upload.UnknownLength)
        {
            headers["Upload-Length"] = upload.Facts.Length.ToString(CultureInfo.InvariantCulture);
        }
        if (upload.Facts.Digest is { } digest)
        {
            headers["Flickr-Digest"] = digest;
        }
        headers["Upload-Limit"] = Limit(uploads.LeftOf(upload));
        return Task.CompletedTask;
    });

    private string Limit(TimeSpan? left) => string.Create(CultureInfo.InvariantCulture,
        $"max-size={options.BlobBytesMax}{(left is { } age ? $", max-age={(long)age.TotalSeconds}" : "")}");

    private static Task InconsistentAsync(HttpContext context) =>
        Problem.WriteAsync(context, 400, "upload-length", "The lengths that were said do not agree");

    /// <summary>The whole length, as far as the request says it; false when it says two.</summary>
    private static bool TryLength(HttpRequest request, long offset, bool isComplete, out long? length)
    {
        length = null;
        var field = request.Headers["Upload-Length"].ToString();
        if (field.Length > 0)
        {
            if (!long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var said))
            {
                return false;
            }
            length = said;
        }
        if (isComplete && request.ContentLength is { } rest)
        {
            var implied = offset + rest;
            if (length is { } said && said != implied)
            {
                return false;
            }
            length = implied;
        }
        return true;
    }

    private static bool TryBool(string text, out bool value)
    {
        value = text == "?1";
        return text is "?0" or "?1";
    }
}
