using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Keys;
using Flickr.Sql;

namespace Flickr.ControlPlane.Log;

/// <summary>Invalidations and their receipts over HTTP.</summary>
internal static class InvalidationEndpoints
{
    private const int LimitMax = 1000;

    /// <summary>Maps them.</summary>
    public static void MapInvalidations(this WebApplication app)
    {
        app.MapPost("/v1/invalidations", PostAsync).For(Role.Operator, Role.Service);
        app.MapGet("/v1/invalidations/{receipt}", ReceiptAsync).For(Role.Operator, Role.Service);
        app.MapGet("/v1/invalidations", ListAsync).For(Role.Operator);
        app.MapPost("/v1/log/heal", HealAsync).For(Role.Operator);
    }

    /// <summary>
    /// Appends an invalidation. One that names a key also ends the key here: the log alone would leave it
    /// minting.
    /// </summary>
    public static async Task<LogEntry?> AppendAsync(InvalidationRequest request, string actor,
        Database database,
        InvalidationLog log, KeyLife keys, LogSignals signals, ControlPlaneMetrics metrics,
            CancellationToken cancellationToken)
    {
        var entry = request.Kind == "key"
            ? await keys.RevokeAsync(request.Value!, request.Reason, actor, cancellationToken)
            : await database.WriteAsync(session =>
                log.AppendAsync(session, request, actor), cancellationToken);
        if (entry is not null)
        {
            signals.Signal();
            metrics.Appended(entry.Kind);
        }
        return entry;
    }

    private static async Task<IResult> PostAsync(HttpContext context, InvalidationRequest request,
        Database database,
        InvalidationLog log, KeyLife keys, LogSignals signals, ControlPlaneMetrics metrics, Receipts receipts,
        CancellationToken cancellationToken, long? wait = null)
    {
        if (request.Refusal() is { } refusal)
        {
            return Problems.Of(400, "invalidation-invalid", refusal);
        }
        if (request.Kind == "key" && context.RoleOf() != Role.Operator)
        {
            return Problems.Of(403, "role-refused", "Only an operator revokes keys.");
        }
        var entry = await AppendAsync(request, context.ActorOf(), database, log, keys, signals, metrics,
            cancellationToken);
        if (entry is null)
        {
            return Problems.Of(404, "key-unknown", "There is no key of this id.");
        }
        context.Response.Headers.Location = $"/v1/invalidations/{entry.Receipt}";
        return wait is { } milliseconds
            ? Results.Json(
                await receipts.WaitAsync(entry, TimeSpan.FromMilliseconds(Math.Max(milliseconds, 0)),
                    cancellationToken),
                ControlPlaneJson.Default.Receipt, statusCode: 202)
            : Results.Json(new Appended(entry.Receipt, entry.Sequence), ControlPlaneJson.Default.Appended,
                statusCode: 202);
    }

    private static async Task<IResult> ReceiptAsync(string receipt, Receipts receipts,
        CancellationToken cancellationToken) =>
        await receipts.FindAsync(receipt, cancellationToken) is { } found
            ? Results.Json(found, ControlPlaneJson.Default.Receipt)
            : Problems.Of(404, "receipt-unknown",
                "There is no such receipt, or the log no longer goes back so far.");

    private static async Task<IResult> HealAsync(HttpContext context, LogHealing healing,
        CancellationToken cancellationToken, long term = 0, long sequence = 0) =>
        Results.Json(await healing.HealAsync(term, sequence, context.ActorOf(), cancellationToken),
            ControlPlaneJson.Default.Healed);

    private static async Task<IResult> ListAsync(Database database, CancellationToken cancellationToken,
        long after = 0, int limit = 100)
    {
        var entries = await database.ReadAsync(
            session => InvalidationLog.AfterAsync(session, after, Math.Clamp(limit, 1, LimitMax)),
                cancellationToken);
        return Results.Json(
            new LogPage([.. entries.Select(entry => new LogLine(
                entry.Sequence, entry.Receipt, entry.AtMs, entry.Kind, entry.Value, entry.Soft != 0,
                    entry.Owner,
                entry.Epoch, entry.Reason, entry.Actor))]),
            ControlPlaneJson.Default.LogPage);
    }
}

/// <summary>Answer to an invalidation.</summary>
internal sealed record Appended(string Receipt, long Sequence);

/// <summary>A page of the log.</summary>
internal sealed record LogPage(IReadOnlyList<LogLine> Invalidations);

/// <summary>A line of the log, for people.</summary>
internal sealed record LogLine(
    long Sequence, string Receipt, long AtMs, string Kind, string Value, bool Soft, string? Owner,
        long? Epoch,
    string? Reason, string Actor);
