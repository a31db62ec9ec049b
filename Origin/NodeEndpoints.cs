using Flickr.Origin.Http;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin;

/// <summary><c>/-/</c>: what nodes ask each other.</summary>
internal sealed class NodeEndpoints(NodeStore store)
{
    public Task HandleAsync(HttpContext context, string path) =>
        path.StartsWith("/-/fact/", StringComparison.Ordinal) && Digest.TryParse(path.AsSpan(8), out var id)
            ? context.Response.WriteAsJsonAsync(store.Probe(id), context.RequestAborted)
            : Problem.WriteAsync(context, 404, "path-not-found", "There is no such call");
}
