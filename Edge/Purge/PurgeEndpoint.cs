using System.Text.Json;
using System.Text.Json.Serialization;
using Flickr.Edge.Respond;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;

namespace Flickr.Edge.Purge;

/// <summary>
/// <c>POST /purge</c> on the admin listener of a stand-alone edge; the body is that of <c>POST
/// /v1/invalidations</c>.
/// </summary>
internal sealed class PurgeEndpoint(Invalidations invalidations, TimeProvider time)
{
    private const int BodyBytesMax = 64 << 10;

    /// <summary>Answers the request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        if (!invalidations.IsOwnAuthority)
        {
            await Responder.ProblemAsync(context, new Problem(409, "control-plane-decides",
                "This edge follows a control plane: post the invalidation there."));
            return;
        }
        if (context.Request.ContentLength is null or > BodyBytesMax)
        {
            await Responder.ProblemAsync(context,
                new Problem(413, "body-too-large", "The body has 1 to 65536 bytes."));
            return;
        }
        PurgeOrder? order;
        try
        {
            order = await JsonSerializer.DeserializeAsync(
                context.Request.Body, PurgeJson.Default.PurgeOrder, context.RequestAborted);
        }
        catch (JsonException)
        {
            order = null;
        }
        if (order is null || !KindNames.TryParse(order.Kind, out var kind)
            || (kind == InvalidationKind.Owner) != order.Epoch.HasValue)
        {
            await Responder.ProblemAsync(context, new Problem(422, "invalidation-malformed",
                "kind is one of url, prefix, tag, host, owner (with epoch), viewer, key, token, all."));
            return;
        }
        var started = time.GetTimestamp();
        Invalidation applied;
        try
        {
            applied = invalidations.Apply(kind, order.Value ?? "", order.Soft, order.Epoch);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            await Responder.ProblemAsync(context, new Problem(422, "invalidation-malformed",
                "The value does not name what its kind says."));
            return;
        }
        await context.Response.WriteAsJsonAsync(
            new PurgeReceipt(applied.Sequence, time.GetElapsedTime(started).TotalMilliseconds),
            PurgeJson.Default.PurgeReceipt, cancellationToken: context.RequestAborted);
    }
}

/// <summary>What a purge asks for.</summary>
internal sealed record PurgeOrder(string? Kind, string? Value, bool Soft = false, string? Owner = null,
    long? Epoch = null,
    string? Reason = null);

/// <summary>What came of it: acting and durable from here on.</summary>
internal sealed record PurgeReceipt(long Sequence, double AppliedMs);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PurgeOrder))]
[JsonSerializable(typeof(PurgeReceipt))]
internal sealed partial class PurgeJson : JsonSerializerContext;
