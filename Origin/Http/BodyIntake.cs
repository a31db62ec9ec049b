using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Http;

/// <summary>
/// Receives the body of a PUT or POST: room on the disk of a node that is alone, the byte budget, the digests that the caller
/// announces. Answers the request itself when the body is refused.
/// </summary>
/// <param name="room">Where bodies wait.</param>
/// <param name="ownVolumes">The volumes of a node that is alone; null when others decide about room.</param>
/// <param name="options">The node's settings.</param>
/// <param name="metrics">The node's metrics.</param>
internal sealed class BodyIntake(
    StagingRoom room, VolumeStore? ownVolumes, OriginOptions options, OriginMetrics metrics)
{
    /// <summary>What a body of unknown length is counted as until it is known.</summary>
    private const long UnknownLengthBytes = 8L << 20;

    private readonly ByteBudget _budget = new(options.ReceiveBytesMax, metrics.BytesInFlight);

    /// <summary>Null when the request has been answered with a refusal.</summary>
    /// <param name="context">The request whose body is taken.</param>
    /// <param name="expected">The digest the address names; null when it names none.</param>
    public async Task<ReceivedBody?> ReceiveAsync(HttpContext context, Digest? expected)
    {
        var request = context.Request;
        if (!DigestField.TryRead(request.Headers["Content-Digest"], out var content)
            || !DigestField.TryRead(request.Headers["Repr-Digest"], out var representation))
        {
            await Problem.WriteAsync(context, 400, "digest-malformed", "Content-Digest or Repr-Digest cannot be read");
            return null;
        }
        // In a cluster the other homes may still take what this node cannot: the quorum decides, after the body is here.
        if (ownVolumes is { IsWritable: false })
        {
            await Problem.WriteAsync(context, 503, "storage-read-only", "The disk failed; the node takes no writes");
            return null;
        }
        var length = request.ContentLength;
        if (length > options.BlobBytesMax)
        {
            await TooLargeAsync(context);
            return null;
        }
        if (ownVolumes?.FreeBytes < (length ?? 0))
        {
            metrics.RefusedFull.Inc();
            await FullAsync(context);
            return null;
        }
        var admission = _budget.TryAdmit(length ?? UnknownLengthBytes);
        if (admission is null)
        {
            metrics.RefusedBusy.Inc();
            await Problem.WriteAsync(context, 503, "busy", "Too many bytes are under way");
            return null;
        }
        StagedBody? staged = null;
        try
        {
            staged = await room.ReceiveAsync(request.Body, length, options.BlobBytesMax, context.RequestAborted);
            if (staged is null)
            {
                await TooLargeAsync(context);
                return null;
            }
            if (expected is { } address && address != staged.Id
                || content is { } sent && sent != staged.Id
                || representation is { } whole && whole != staged.Id)
            {
                await Problem.WriteAsync(context, 422, "digest-mismatch", "The bytes have another digest", staged.Id.ToString());
                return null;
            }
            var received = new ReceivedBody(staged, admission);
            (staged, admission) = (null, null);
            return received;
        }
        finally
        {
            staged?.Dispose();
            admission?.Dispose();
        }
    }

    public static Task FullAsync(HttpContext context) =>
        Problem.WriteAsync(context, 507, "storage-full", "The disk's reserve is reached");

    private Task TooLargeAsync(HttpContext context) => Problem.WriteAsync(
        context, 413, "body-too-large", "The body is too large", $"At most {options.BlobBytesMax} bytes");
}

/// <summary>A body received whole, and the room it takes in the byte budget. Whoever stores it disposes both.</summary>
internal sealed record ReceivedBody(StagedBody Body, IDisposable Admission);
