using Flickr.Origin.Http;
using Flickr.Origin.Links;
using Flickr.Origin.Uploads;
using Microsoft.AspNetCore.Http.Features;

namespace Flickr.Origin;

/// <summary>
/// The file to read first: what a request to an origin node goes through.
/// <list type="number">
/// <item>The caller is asked for its key (<see cref="CallerGate"/>).</item>
/// <item>The raw target decides who answers: <c>/b</c> blobs, <c>/-/uploads</c> resumable uploads, <c>/-/</c> what nodes ask
/// each other, everything else is the path of a link.</item>
/// <item>A body is received whole into the staging room and hashed on the way, under a byte budget.</item>
/// <item>The coordinator sends it to the homes that rendezvous hashing names and waits for W durable answers.</item>
/// <item>On each node the store appends a record to the open volume; one flush acknowledges a whole batch.</item>
/// <item>A read takes the first good copy, compares its checksum, and streams it. What a home lacks is repaired behind it.</item>
/// </list>
/// </summary>
internal sealed class OriginEndpoints(CallerGate gate, BlobEndpoints blobs, LinkEndpoints links, NodeEndpoints? nodes,
    TusEndpoints uploads, DraftEndpoints draft, ILogger log)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            if (!gate.Admits(context))
            {
                await Problem.WriteAsync(context, 401, "key-refused", "A key is needed");
                return;
            }
            await DispatchAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (ObjectStore.StoreUnavailableException error)
        {
            OriginLog.StoreUnavailable(log, error);
            await Problem.WriteAsync(context, 503, "store-unavailable", "The store behind the node did not answer; try again");
        }
        catch (BadHttpRequestException error)
        {
            await Problem.WriteAsync(context, error.StatusCode, "bad-request", "The request cannot be read");
        }
        catch (Exception error)
        {
            OriginLog.RequestFailed(log, error);
            await Problem.WriteAsync(context, 500, "internal", "The node failed");
        }
    }

    private Task DispatchAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (path is "/b" || path.StartsWith("/b/", StringComparison.Ordinal))
        {
            return blobs.HandleAsync(context, path);
        }
        if (path is TusEndpoints.Root || path.StartsWith(TusEndpoints.Root + "/", StringComparison.Ordinal))
        {
            return DraftEndpoints.Speaks(context.Request) ? draft.HandleAsync(context, path) : uploads.HandleAsync(context, path);
        }
        if (path.StartsWith("/-/", StringComparison.Ordinal))
        {
            // A node over an object store has no peers.
            return nodes?.HandleAsync(context, path) ?? Problem.WriteAsync(context, 404, "path-not-found", "There is no such call");
        }
        return LinkPath.Read(path) is { } linkPath
            ? links.HandleAsync(context, linkPath)
            : Problem.WriteAsync(context, 400, "path-not-canonical", "The path is not in its canonical form");
    }
}
