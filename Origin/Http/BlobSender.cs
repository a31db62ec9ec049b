using Flickr.Origin.Needles;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Http;

/// <summary>Sends blobs to callers, under a budget of the memory that answers hold.</summary>
internal sealed class BlobSender(OriginOptions options, OriginMetrics metrics)
{
    private readonly ByteBudget _budget = new(options.SendBytesMax);

    /// <summary>Answers with the blob; 503 when too many answers are under way.</summary>
    public async Task SendAsync(HttpContext context, Digest id, FoundBlob found)
    {
        using var admission = _budget.TryAdmit(Math.Min(found.Length, BlobSource.SmallBytesMax));
        if (admission is null)
        {
            metrics.RefusedBusy.Inc();
            await Problem.WriteAsync(context, 503, "busy", "Too many answers are under way");
            return;
        }
        try
        {
            metrics.ServedBytes.Inc(await BlobResponse.WriteAsync(context, id, found.Length, found.Source));
        }
        catch (IOException) when (context.Response.HasStarted)
        {
            // The caller must see a broken answer, never a short one that looks whole.
            context.Abort();
        }
    }
}
