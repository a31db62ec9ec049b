using System.Globalization;
using System.Text;
using Flickr.Origin.Framing;
using Flickr.Origin.Http;
using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Replication;
using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;

namespace Flickr.Origin;

/// <summary>
/// <c>/-/</c>: what nodes ask each other. Answers are about this node alone; nothing here asks a third one. Writes answer
/// with a <see cref="StoreVerdict"/> as text.
/// </summary>
internal sealed class NodeEndpoints(LocalReplica local, StagingRoom room, OriginOptions options, FrameServer frames)
{
    private const int SmallBodyBytesMax = 64 << 10;
    private readonly ByteBudget _budget = new(options.ReceiveBytesMax);

    public async Task HandleAsync(HttpContext context, string path)
    {
        var cancelled = context.RequestAborted;
        var parts = path.Split('/')[2..];
        switch (context.Request.Method, parts)
        {
            case ("GET", ["frames"]):
                await frames.HandleAsync(context);
                break;
            case ("GET", ["blobs", var name, "fact"]) when Digest.TryParse(name, out var id):
                await context.Response.WriteAsJsonAsync(
                    await local.ProbeAsync(id, cancelled), PeerJson.Default.BlobFact, cancellationToken: cancelled);
                break;
            case ("GET", ["blobs", var name]) when Digest.TryParse(name, out var id):
                await SendAsync(context, id);
                break;
            case ("PUT", ["blobs", var name]) when Digest.TryParse(name, out var id):
                await ReceiveAsync(context, id);
                break;
            case ("POST", ["blobs", var name, "touch"]) when Digest.TryParse(name, out var id):
                await SayAsync(context, await local.TouchAsync(id, Generation(context), HintFor(context), cancelled));
                break;
            case ("POST", ["blobs", var name, "delete"]) when Digest.TryParse(name, out var id):
                await SayAsync(context, await local.DeleteAsync(id, Generation(context), HintFor(context), cancelled));
                break;
            case ("PUT", ["links"]):
                await ReceiveLinkAsync(context);
                break;
            case ("POST", ["links", "find"]):
                await context.Response.WriteAsJsonAsync(await local.FindLinkAsync(await TextAsync(context), cancelled),
                    PeerJson.Default.LinkFact, cancellationToken: cancelled);
                break;
            case ("POST", ["links", "list"]):
                await ListAsync(context);
                break;
            case ("GET", ["sums"]):
                await context.Response.Body.WriteAsync(
                    await local.SumsAsync(context.Request.Query["peer"].ToString(), cancelled), cancelled);
                break;
            case ("GET", ["buckets", var number])
                when int.TryParse(number, CultureInfo.InvariantCulture, out var bucket) && bucket is >= 0 and < BucketSums.Count:
                await context.Response.WriteAsJsonAsync(
                    await local.BucketAsync(bucket, cancelled), PeerJson.Default.BucketFacts, cancellationToken: cancelled);
                break;
            default:
                await Problem.WriteAsync(context, 404, "path-not-found", "There is no such call");
                break;
        }
    }

    private async Task SendAsync(HttpContext context, Digest id)
    {
        await using var source = await local.OpenAsync(id, context.RequestAborted);
        if (source is null)
        {
            await Problem.WriteAsync(context, 404, "blob-not-found", "This node has not got the blob");
            return;
        }
        try
        {
            await BlobResponse.WriteAsync(context, id, source.Length, source);
        }
        catch (IOException) when (context.Response.HasStarted)
        {
            context.Abort();
        }
    }

    private async Task ReceiveAsync(HttpContext context, Digest id)
    {
        using var admission = _budget.TryAdmit(context.Request.ContentLength ?? 0);
        if (admission is null)
        {
            await Problem.WriteAsync(context, 503, "busy", "Too many bytes are under way");
            return;
        }
        using var body = await room.ReceiveAsync(
            context.Request.Body, context.Request.ContentLength, options.BlobBytesMax, context.RequestAborted);
        if (body is null || body.Id != id)
        {
            await Problem.WriteAsync(context, 422, "digest-mismatch", "The bytes have another digest");
            return;
        }
        // Not cancelled with the request: a coordinator that leaves must not leave half an answer behind.
        await SayAsync(context,
            await local.PutAsync(id, Generation(context), body.Payload, HintFor(context), CancellationToken.None));
    }

    private async Task ReceiveLinkAsync(HttpContext context)
    {
        var bytes = await BytesAsync(context);
        if (Link.Read(bytes) is not { } link)
        {
            await Problem.WriteAsync(context, 400, "link-malformed", "The body is no link");
            return;
        }
        await SayAsync(context, await local.PutLinkAsync(link.Path, Generation(context), bytes,
            context.Request.Query["deleted"] == "1", HintFor(context), CancellationToken.None));
    }

    private async Task ListAsync(HttpContext context)
    {
        var limit = int.Parse(context.Request.Query["limit"].ToString(), CultureInfo.InvariantCulture);
        var names = await local.ListAsync(
            await TextAsync(context), context.Request.Query["after"].ToString(), limit, context.RequestAborted);
        await context.Response.WriteAsJsonAsync([.. names], PeerJson.Default.ListListedName,
            cancellationToken: context.RequestAborted);
    }

    private static Task SayAsync(HttpContext context, StoreVerdict verdict) =>
        context.Response.WriteAsync(verdict.ToString(), context.RequestAborted);

    private static long Generation(HttpContext context) =>
        long.Parse(context.Request.Query["generation"].ToString(), CultureInfo.InvariantCulture);

    private static string? HintFor(HttpContext context) =>
        context.Request.Query["hint"].ToString() is { Length: > 0 } node ? node : null;

    private static async Task<string> TextAsync(HttpContext context) => Encoding.UTF8.GetString(await BytesAsync(context));

    private static async Task<byte[]> BytesAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[4096];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            bytes.Write(chunk, 0, read);
            if (bytes.Length > SmallBodyBytesMax)
            {
                throw new BadHttpRequestException("The body is too long.", 413);
            }
        }
        return bytes.ToArray();
    }
}
