using System.Globalization;
using System.Security.Cryptography;
using Flickr.Origin.Http;
using Flickr.Origin.Replication;

namespace Flickr.Origin.Uploads;

/// <summary>
/// Resumable uploads by tus 1.0.0: core, creation, creation-with-upload, checksum, expiration, termination, concatenation. A finished upload
/// is a blob; its digest comes in <c>Flickr-Digest</c> with the last PATCH, and with every HEAD after it.
/// </summary>
internal sealed class TusEndpoints(UploadStore uploads, UploadCompletion completion, OriginOptions options)
{
    public const string Root = "/-/uploads";
    private const string Version = "1.0.0";
    private const string BodyType = "application/offset+octet-stream";

    public async Task HandleAsync(HttpContext context, string path)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        var method = request.Headers.TryGetValue("X-HTTP-Method-Override", out var other) && HttpMethods.IsPost(request.Method)
            ? other.ToString() : request.Method;
        headers["Tus-Resumable"] = Version;
        if (method == "OPTIONS")
        {
            headers["Tus-Version"] = Version;
            headers["Tus-Extension"] = "creation,creation-with-upload,checksum,expiration,termination,concatenation";
            headers["Tus-Checksum-Algorithm"] = "sha1,sha256";
            headers["Tus-Max-Size"] = options.BlobBytesMax.ToString(CultureInfo.InvariantCulture);
            context.Response.StatusCode = 204;
            return;
        }
        if (request.Headers["Tus-Resumable"] != Version)
        {
            headers["Tus-Version"] = Version;
            await RefuseAsync(context, 412, "tus-version", "Tus-Resumable must be 1.0.0");
            return;
        }
        if (path == Root)
        {
            await (method == "POST" ? CreateAsync(context) : BlobEndpoints.MethodNotAllowedAsync(context, "POST, OPTIONS"));
            return;
        }
        if (uploads.Find(path[(Root.Length + 1)..]) is not { } upload)
        {
            await RefuseAsync(context, 404, "upload-not-found", "There is no such upload");
            return;
        }
        await (method switch
        {
            "HEAD" => DescribeAsync(context, upload),
            "PATCH" => LockedAsync(context, upload, () => AppendAsync(context, upload)),
            "DELETE" => LockedAsync(context, upload, () =>
            {
                uploads.Remove(upload);
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
            }),
            _ => BlobEndpoints.MethodNotAllowedAsync(context, "HEAD, PATCH, DELETE, OPTIONS"),
        });
    }

    private async Task CreateAsync(HttpContext context)
    {
        var request = context.Request;
        var concat = request.Headers["Upload-Concat"].ToString();
        if (concat.StartsWith("final", StringComparison.Ordinal))
        {
            await ConcatenateAsync(context, concat);
            return;
        }
        if (concat is not ("" or "partial"))
        {
            await RefuseAsync(context, 400, "upload-malformed", "Upload-Concat is partial, or final; and its parts");
            return;
        }
        if (!TryNumber(request.Headers["Upload-Length"].ToString(), out var length))
        {
            await RefuseAsync(context, 400, "upload-malformed", "Upload-Length is a whole number");
            return;
        }
        if (length > options.BlobBytesMax)
        {
            await RefuseAsync(context, 413, "body-too-large", "The body is too large");
            return;
        }
        var metadata = request.Headers.TryGetValue("Upload-Metadata", out var value) ? value.ToString() : null;
        if (uploads.Create(length, metadata, concat.Length > 0 ? concat : null) is not { } upload)
        {
            await RefuseAsync(context, 507, "storage-full", "Too many uploads are unfinished");
            return;
        }
        context.Response.Headers.Location = $"{Root}/{upload.Facts.Id}";
        if (request.ContentType == BodyType || length == 0)
        {
            await LockedAsync(context, upload, () => AppendAsync(context, upload, isCreation: true));
            return;
        }
        WriteExpiry(context, upload);
        context.Response.StatusCode = 201;
    }

    private static Task DescribeAsync(HttpContext context, OpenUpload upload)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        if (upload.Facts.Length != Upload.UnknownLength)
        {
            headers["Upload-Length"] = upload.Facts.Length.ToString(CultureInfo.InvariantCulture);
        }
        if (upload.Facts.Concat is not null)
        {
            headers["Upload-Concat"] = upload.Facts.Concat;
        }
        if (upload.Facts.Metadata is not null)
        {
            headers["Upload-Metadata"] = upload.Facts.Metadata;
        }
        WriteProgress(context, upload);
        return Task.CompletedTask;
    }

    private async Task AppendAsync(HttpContext context, OpenUpload upload, bool isCreation = false)
    {
        var request = context.Request;
        if (!isCreation && request.ContentType != BodyType)
        {
            await RefuseAsync(context, 415, "upload-malformed", $"The body's type is {BodyType}");
            return;
        }
        if (!isCreation && (!TryNumber(request.Headers["Upload-Offset"].ToString(), out var offset) || offset != upload.Offset))
        {
            await RefuseAsync(context, 409, "upload-offset", "The upload stands at another offset");
            return;
        }
        if (!TryReadChecksum(request.Headers["Upload-Checksum"].ToString(), out var checksum))
        {
            await RefuseAsync(context, 400, "upload-malformed", "Upload-Checksum is sha1 or sha256 and base64");
            return;
        }
        if (upload.Facts.Digest is null)
        {
            var verdict = await uploads.ReceiveAsync(context, upload, checksum);
            if (verdict == AppendVerdict.Ended)
            {
                return;
            }
            if (verdict != AppendVerdict.Appended)
            {
                await (verdict == AppendVerdict.TooLong
                    ? RefuseAsync(context, 413, "body-too-large", "The body is longer than Upload-Length")
                    : RefuseAsync(context, 460, "upload-checksum", "The checksum is another one"));
                return;
            }
            // A part of a concatenation is no blob of its own.
            if (upload.Offset == upload.Facts.Length && upload.Facts.Concat != "partial"
                && await completion.RunAsync(upload, null) is { IsStored: false } refused)
            {
                // The bytes stay: an empty PATCH at the end, or the next HEAD and PATCH, tries again.
                await BlobEndpoints.RefusedAsync(context, refused.Outcome ?? WriteOutcome.Unavailable);
                return;
            }
        }
        WriteProgress(context, upload);
        context.Response.StatusCode = isCreation ? 201 : 204;
    }

    /// <summary>One upload made of finished parts, in the order given; the parts go with their expiry.</summary>
    private async Task ConcatenateAsync(HttpContext context, string concat)
    {
        var parts = concat["final".Length..].TrimStart(';').Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(address => uploads.Find(address[(address.LastIndexOf('/') + 1)..])).ToList();
        if (parts.Count == 0 || parts.Exists(part => part is null || part.Facts.Concat != "partial" || part.Offset != part.Facts.Length))
        {
            await RefuseAsync(context, 400, "upload-malformed", "Upload-Concat names an upload that is no finished part");
            return;
        }
        var length = parts.Sum(part => part!.Facts.Length);
        if (length > options.BlobBytesMax)
        {
            await RefuseAsync(context, 413, "body-too-large", "The body is too large");
            return;
        }
        var metadata = context.Request.Headers.TryGetValue("Upload-Metadata", out var value) ? value.ToString() : null;
        if (uploads.Create(length, metadata, concat) is not { } whole)
        {
            await RefuseAsync(context, 507, "storage-full", "Too many uploads are unfinished");
            return;
        }
        await LockedAsync(context, whole, async () =>
        {
            foreach (var part in parts)
            {
                await using var bytes = uploads.OpenRead(part!);
                await uploads.AppendAsync(whole, bytes, null, context.RequestAborted);
            }
            if (await completion.RunAsync(whole, null) is { IsStored: false } refused)
            {
                uploads.Remove(whole);
                await BlobEndpoints.RefusedAsync(context, refused.Outcome ?? WriteOutcome.Unavailable);
                return;
            }
            parts.ForEach(part => uploads.Remove(part!));
            context.Response.Headers.Location = $"{Root}/{whole.Facts.Id}";
            WriteProgress(context, whole);
            context.Response.StatusCode = 201;
        });
    }

    private static async Task LockedAsync(HttpContext context, OpenUpload upload, Func<Task> work)
    {
        if (!upload.TryLock())
        {
            await RefuseAsync(context, 423, "upload-locked", "Another request is writing to the upload");
            return;
        }
        try
        {
            await work();
        }
        finally
        {
            upload.Unlock();
        }
    }

    private static void WriteProgress(HttpContext context, OpenUpload upload)
    {
        context.Response.Headers["Upload-Offset"] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        if (upload.Facts.Digest is { } digest)
        {
            context.Response.Headers["Flickr-Digest"] = digest;
        }
        WriteExpiry(context, upload);
    }

    private static void WriteExpiry(HttpContext context, OpenUpload upload) => context.Response.Headers["Upload-Expires"] =
        DateTimeOffset.FromUnixTimeMilliseconds(upload.Facts.ExpiresMs).ToString("R", CultureInfo.InvariantCulture);

    private static Task RefuseAsync(HttpContext context, int status, string name, string title)
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["Tus-Resumable"] = Version;
            return Task.CompletedTask;
        });
        return Problem.WriteAsync(context, status, name, title);
    }

    private static bool TryReadChecksum(string field, out UploadChecksum? checksum)
    {
        checksum = null;
        if (field.Length == 0)
        {
            return true;
        }
        var parts = field.Split(' ');
        var (algorithm, size) = parts[0] switch
        {
            "sha1" => (HashAlgorithmName.SHA1, 20),
            "sha256" => (HashAlgorithmName.SHA256, 32),
            _ => (default, 0),
        };
        var value = new byte[64];
        if (size == 0 || parts.Length != 2 || !Convert.TryFromBase64String(parts[1], value, out var written) || written != size)
        {
            return false;
        }
        checksum = new UploadChecksum(algorithm, value[..size]);
        return true;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
