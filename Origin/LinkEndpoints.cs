using System.Text.Json.Serialization;
using Flickr.Origin.Http;
using Flickr.Origin.Links;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin;

/// <summary><c>/{path}</c> and, with a slash at its end, the listing of a directory.</summary>
internal sealed class LinkEndpoints(ILinks links, IBlobs blobs, BodyIntake intake, BlobSender sender)
{
    private const int PageNames = 1_000;

    public Task HandleAsync(HttpContext context, string path)
    {
        var isDirectory = path.EndsWith('/');
        return (context.Request.Method, isDirectory) switch
        {
            ("GET" or "HEAD", true) => ListAsync(context, path),
            ("GET" or "HEAD", false) => ReadAsync(context, path),
            ("PUT", false) => PutAsync(context, path),
            ("DELETE", false) => DeleteAsync(context, path),
            _ => BlobEndpoints.MethodNotAllowedAsync(context, isDirectory ? "GET, HEAD" : "GET, HEAD, PUT, DELETE"),
        };
    }

    private async Task PutAsync(HttpContext context, string path)
    {
        var request = context.Request;
        if (!LinkHeaders.TryRead(request, path, out var link, out var problem)
            || !LinkHeaders.TryReadGeneration(request, out var generation))
        {
            await Problem.WriteAsync(context, 400, "link-malformed", "A link header cannot be read", problem.Length > 0
                ? problem : "Link-Generation is a whole number above 0");
            return;
        }
        var target = request.Headers.TryGetValue("Link-Blob", out var named)
            ? await FindBlobAsync(context, named.ToString())
            : await StoreBlobAsync(context);
        if (target is not { } blob)
        {
            return;
        }
        var written = await links.WriteAsync(link with { Blob = blob.Id.ToString(), Length = blob.Length }, generation,
            isTombstone: false, context.RequestAborted);
        if (await BlobEndpoints.RefusedAsync(context, written.Outcome))
        {
            return;
        }
        context.Response.StatusCode = written.Outcome == WriteOutcome.Stored ? 201 : 200;
        context.Response.Headers.ETag = $"\"{blob.Id}\"";
        context.Response.Headers["Flickr-Generation"] =
            written.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await context.Response.WriteAsJsonAsync(new StoredLink(path, blob.Id.ToString(), blob.Length, written.Generation),
            DirectoryJson.Default.StoredLink, cancellationToken: context.RequestAborted);
    }

    /// <summary>The blob that Link-Blob names; null when the request has been answered.</summary>
    private async Task<(Digest Id, long Length)?> FindBlobAsync(HttpContext context, string name)
    {
        if (!Digest.TryParse(name, out var id))
        {
            await Problem.WriteAsync(context, 400, "link-malformed", "Link-Blob is 64 lower-case hex digits");
            return null;
        }
        var found = await blobs.FindAsync(id, context.RequestAborted);
        if (found.State == BlobState.Present)
        {
            return (id, found.Length);
        }
        await BlobEndpoints.AbsentAsync(context, found.State == BlobState.Deleted ? BlobState.Absent : found.State);
        return null;
    }

    /// <summary>The body, stored as a blob; null when the request has been answered.</summary>
    private async Task<(Digest Id, long Length)?> StoreBlobAsync(HttpContext context)
    {
        if (await intake.ReceiveAsync(context, null) is not { } received)
        {
            return null;
        }
        var stored = (received.Body.Id, received.Body.Length);
        var outcome = await blobs.PutAsync(received.Body, null, received.Admission, context.RequestAborted);
        return await BlobEndpoints.RefusedAsync(context, outcome) ? null : stored;
    }

    private async Task ReadAsync(HttpContext context, string path)
    {
        var fact = await links.ReadAsync(path, context.RequestAborted);
        if (fact?.Link is not { } link)
        {
            await (fact is null
                ? Problem.WriteAsync(context, 503, "cannot-know", "Too few nodes answered; try again")
                : Problem.WriteAsync(context, 404, "path-not-found", "Nothing has this name"));
            return;
        }
        var id = Digest.TryParse(link.Blob, out var parsed) ? parsed : default;
        var isGet = HttpMethods.IsGet(context.Request.Method);
        var found = isGet ? await blobs.OpenAsync(id, context.RequestAborted) : new FoundBlob(BlobState.Present, link.Length, null);
        await using var source = found.Source;
        if (found.State != BlobState.Present)
        {
            // A link whose blob is nowhere is a fault of the cluster or of a deletion, not a name that never was.
            await BlobEndpoints.AbsentAsync(context, found.State == BlobState.Absent ? BlobState.Unknown : found.State);
            return;
        }
        LinkHeaders.Write(context.Response, link, fact.Generation);
        await sender.SendAsync(context, id, found);
    }

    private async Task DeleteAsync(HttpContext context, string path)
    {
        if (!LinkHeaders.TryReadGeneration(context.Request, out var generation))
        {
            await Problem.WriteAsync(context, 400, "link-malformed", "Link-Generation is a whole number above 0");
            return;
        }
        var written = await links.WriteAsync(Link.TombstoneOf(path), generation, isTombstone: true, context.RequestAborted);
        if (written.Outcome == WriteOutcome.BlobMissing)
        {
            await Problem.WriteAsync(context, 404, "path-not-found", "Nothing has this name");
        }
        else if (!await BlobEndpoints.RefusedAsync(context, written.Outcome))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    /// <summary>One page of a directory, whose path ends in a slash.</summary>
    public async Task ListAsync(HttpContext context, string directory)
    {
        var query = context.Request.Query;
        var after = query["after"].ToString();
        var limit = int.TryParse(query["limit"], out var asked) ? Math.Clamp(asked, 1, PageNames) : PageNames;
        var page = await links.ListAsync(directory, after, limit, context.RequestAborted);
        if (page is null)
        {
            await Problem.WriteAsync(context, 503, "cannot-know", "Too few nodes answered; try again");
            return;
        }
        if (page.Names.Count == 0 && page.Next is null && after.Length == 0)
        {
            await Problem.WriteAsync(context, 404, "path-not-found", "There is no such directory");
            return;
        }
        var directories = page.Names.Where(name => name.File is null).Select(name => Uri.UnescapeDataString(name.Name.TrimEnd('/')));
        var files = page.Names.Where(name => name.File is not null).Select(name => new ListedFile(
            Uri.UnescapeDataString(name.Name), name.File!.Link!.Blob, name.File.Link.Length, name.File.Link.Type,
            name.File.Generation));
        await context.Response.WriteAsJsonAsync(new ListedDirectory([.. directories], [.. files], page.Next),
            DirectoryJson.Default.ListedDirectory, cancellationToken: context.RequestAborted);
    }
}

/// <summary>Answer to a stored link.</summary>
internal sealed record StoredLink(string Path, string Digest, long Length, long Generation);

/// <summary>One page of a directory. Names are decoded; <c>next</c> is passed back as <c>?after=</c>.</summary>
internal sealed record ListedDirectory(List<string> Directories, List<ListedFile> Files, string? Next);

/// <summary>One file of a directory.</summary>
internal sealed record ListedFile(string Name, string Digest, long Length, string ContentType, long Generation);

[JsonSerializable(typeof(ListedDirectory))]
[JsonSerializable(typeof(StoredLink))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class DirectoryJson : JsonSerializerContext;
