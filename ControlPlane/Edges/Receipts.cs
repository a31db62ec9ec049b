using Flickr.ControlPlane.Log;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Edges;

/// <summary>
/// Who has applied an invalidation, and when the others become harmless. Nothing is stored for it but the
/// acknowledgements:
/// an edge that has acknowledged a sequence has applied everything before it.
/// </summary>
internal sealed class Receipts(Database database, LogSignals signals, IOptions<StreamOptions> options,
    TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>The receipt by its id; null when it is unknown.</summary>
    public Task<Receipt?> FindAsync(string receipt, CancellationToken cancellationToken) =>
        database.ReadAsync(async session =>
        {
            var entry = await InvalidationLog.FindAsync(session, receipt);
            return entry is null ? null : await OfAsync(session, entry);
        }, cancellationToken);

    /// <summary>The receipts of the last entries, newest first.</summary>
    public async Task<IReadOnlyList<Receipt>> OfAsync(IReadOnlyList<LogEntry> entries,
        CancellationToken cancellationToken) =>
        await database.ReadAsync(async session =>
        {
            var receipts = new List<Receipt>(entries.Count);
            foreach (var entry in entries)
            {
                receipts.Add(await OfAsync(session, entry));
            }
            return receipts;
        }, cancellationToken);

    /// <summary>
    /// Waits until every live edge has acknowledged, or the time is over. The receipt says which.
    /// </summary>
    public async Task<Receipt> WaitAsync(LogEntry entry, TimeSpan wait, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var limit = wait < options.Value.WaitMax ? wait : options.Value.WaitMax;
        while (true)
        {
            var signal = signals.Changed;
            var receipt = await database.ReadAsync(session => OfAsync(session, entry), cancellationToken);
            var left = limit - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || receipt.Edges.All(edge =>
                edge.AcknowledgedMs is not null || !edge.IsLive))
            {
                return receipt;
            }
            using var due = new CancellationTokenSource(left < LookEvery ? left : LookEvery, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
            await signal.WaitAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<Receipt> OfAsync(SqlSession session, LogEntry entry)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var acknowledged = (await session.QueryAsync<FirstAck>(
            "SELECT edge, MIN(at_ms) AS AtMs FROM ack WHERE sequence >= @Sequence GROUP BY edge", entry))
            .ToDictionary(ack => ack.Edge, ack => ack.AtMs, StringComparer.Ordinal);
        var edges = new List<ReceiptEdge>();
        foreach (var edge in await EdgeTable.AllAsync(session))
        {
            var acked = acknowledged.TryGetValue(edge.Id, out var at) ? at : (long?)null;
            var harmless = edge.LeaseMs + BoundMs(edge, entry.Kind);
            // Who came later got it with the snapshot; who was silent past the bound before it was harmless already.
            if (edge.JoinedMs <= entry.AtMs && (acked is not null || harmless > entry.AtMs))
            {
                edges.Add(new ReceiptEdge(edge.Id, acked, acked is null ? harmless : null, acked - entry.AtMs)
                {
                    IsLive = edge.IsLive(now),
                });
            }
        }
        var confirmed = edges.All(edge => edge.AcknowledgedMs is not null || edge.HarmlessAtMs <= now);
        return new Receipt(entry.Receipt, entry.Sequence, entry.Kind, entry.Value, entry.AtMs,
            confirmed ? "confirmed" : "pending", edges);
    }

    /// <summary>
    /// How long after its last heartbeat an edge can still do what was forbidden. A stolen key mints tokens
    /// that look fresh,
    /// so only the cut-off ends it; old tokens end with the private bound; cached bytes with the longer of
    /// both.
    /// </summary>
    private static long BoundMs(EdgeRow edge, string kind) =>
        KindNames.TryParse(kind, out var known) ? known switch
    {
        InvalidationKind.Key => edge.CutOffMs,
        InvalidationKind.Viewer or InvalidationKind.Token => edge.BoundPrivateMs,
        _ => Math.Max(edge.BoundPrivateMs, edge.BoundPublicMs),
    } : edge.CutOffMs;

    private sealed record FirstAck
    {
        public string Edge { get; init; } = "";
        public long AtMs { get; init; }
    }
}
