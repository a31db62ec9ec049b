using System.Text.Json.Serialization;
using Flickr.Origin.Http;
using Flickr.Origin.Links;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin;

/// <summary><c>/b</c> and <c>/b/{digest}</c>.</summary>
internal sealed class BlobEndpoints(IBlobs blobs, BodyIntake intake, BlobSender sender)
{
    public async Task HandleAsync(HttpContext context, string path)
    {
        var method = context.Request.Method;
        if (path == "/b")
        {
            await (HttpMethods.IsPost(method) ? PutAsync(context, null) : MethodNotAllowedAsync(context, "POST"));
            return;
        }
        if (!Digest.TryParse(path.AsSpan(3), out var id))
        {
            await Problem.WriteAsync(context, 400, "digest-malformed", "A blob's name is 64 lower-case hex digits");
            return;
        }
        await (method switch
        {
            "GET" or "HEAD" => ReadAsync(context, id),
            "PUT" => PutAsync(context, id),
            "DELETE" => DeleteAsync(context, id),
            _ => MethodNotAllowedAsync(context, "GET, HEAD, PUT, DELETE"),
        });
    }

    public static Task MethodNotAllowedAsync(HttpContext context, string allow)
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.Allow = allow;
            return Task.CompletedTask;
        });
        return Problem.WriteAsync(context, 405, "method-not-allowed", "The method is not allowed here");
    }

    private async Task PutAsync(HttpContext context, Digest? expected)
    {
        if (!LinkHeaders.TryReadGeneration(context.Request, out var generation))
        {
            await Problem.WriteAsync(context, 400, "link-malformed", "Link-Generation is a whole number above 0");
            return;
        }
        if (await intake.ReceiveAsync(context, expected) is not { } received)
        {
            return;
        }
        var (id, length) = (received.Body.Id, received.Body.Length);
        var outcome = await blobs.PutAsync(received.Body, generation, received.Admission, context.RequestAborted);
        if (await RefusedAsync(context, outcome))
        {
            return;
        }
        var existed = outcome == WriteOutcome.Existed;
        context.Response.StatusCode = existed ? 200 : 201;
        context.Response.Headers.Location = $"/b/{id}";
        context.Response.Headers.ETag = $"\"{id}\"";
        await context.Response.WriteAsJsonAsync(new StoredBlob(id.ToString(), length, existed),
            BlobJson.Default.StoredBlob, cancellationToken: context.RequestAborted);
    }

    private async Task ReadAsync(HttpContext context, Digest id)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        var found = isGet ? await blobs.OpenAsync(id, context.RequestAborted) : await blobs.FindAsync(id, context.RequestAborted);
        await using var source = found.Source;
        if (found.State != BlobState.Present)
        {
            await AbsentAsync(context, found.State);
            return;
        }
        context.Response.ContentType = Link.DefaultType;
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        await sender.SendAsync(context, id, found);
    }

    private async Task DeleteAsync(HttpContext context, Digest id)
    {
        if (!LinkHeaders.TryReadGeneration(context.Request, out var generation))
        {
            await Problem.WriteAsync(context, 400, "link-malformed", "Link-Generation is a whole number above 0");
            return;
        }
        var outcome = await blobs.DeleteAsync(id, generation, context.RequestAborted);
        if (outcome == WriteOutcome.BlobMissing)
        {
            await AbsentAsync(context, BlobState.Absent);
        }
        else if (!await RefusedAsync(context, outcome))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    /// <summary>Answers for a write that was not done; false when it was.</summary>
    public static async Task<bool> RefusedAsync(HttpContext context, WriteOutcome outcome)
    {
        switch (outcome)
        {
            case WriteOutcome.Stored or WriteOutcome.Existed:
                return false;
            case WriteOutcome.Older:
                await Problem.WriteAsync(context, 409, "older-generation", "A later generation is known");
                return true;
            case WriteOutcome.Full:
                await BodyIntake.FullAsync(context);
                return true;
            case WriteOutcome.BlobMissing:
                await Problem.WriteAsync(context, 404, "blob-not-found", "The blob is not there");
                return true;
            default:
                await Problem.WriteAsync(context, 503, "quorum-missed", "Too few nodes answered; try again");
                return true;
        }
    }

    public static Task AbsentAsync(HttpContext context, BlobState state) => state switch
    {
        BlobState.Absent => Problem.WriteAsync(context, 404, "blob-not-found", "There is no such blob"),
        BlobState.Deleted => Problem.WriteAsync(context, 410, "blob-deleted", "The blob is deleted"),
        _ => Problem.WriteAsync(context, 503, "cannot-know", "A node that may hold it is away; try again"),
    };
}

/// <summary>Answer to a stored blob.</summary>
internal sealed record StoredBlob(string Digest, long Length, bool Existed);

[JsonSerializable(typeof(StoredBlob))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class BlobJson : JsonSerializerContext;
