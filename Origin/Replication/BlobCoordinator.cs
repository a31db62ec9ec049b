using Flickr.Origin.Needles;
using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>Blobs for the whole cluster; any node may coordinate any call. Thread-safe.</summary>
internal sealed class BlobCoordinator(
    Cluster cluster, RepairQueue repairs, OriginOptions options, TimeProvider time, OriginMetrics metrics) : IBlobs
{
    /// <summary>Blobs longer than this are offered as a touch first, so that bytes a node has are not sent again.</summary>
    private const long OfferBytesMin = 256 << 10;
    private const int GenerationAttempts = 3;

    /// <summary>Stores a blob on its homes.</summary>
    /// <param name="body">The bytes; disposed here, once the last node has them.</param>
    /// <param name="generation">
    /// Order of this write among touches and deletions of the blob; null takes one above everything known, which says
    /// nothing against a deletion decided elsewhere in the same moment.
    /// </param>
    /// <param name="lease">Given back with the body.</param>
    /// <param name="cancellationToken">Ends the wait before the write begins, not the write.</param>
    public async Task<WriteOutcome> PutAsync(
        StagedBody body, long? generation, IDisposable? lease, CancellationToken cancellationToken)
    {
        var shared = new SharedBody(body, lease);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var wanted = generation ?? await NextGenerationAsync(body.Id, cancellationToken);
                if (wanted is null)
                {
                    metrics.QuorumMissed.WithLabels("put").Inc();
                    return WriteOutcome.Unavailable;
                }
                var outcome = await cluster.WriteAsync(body.Id, (replica, hintFor) => SendAsync(replica, body, wanted.Value, hintFor),
                    standInsCount: true, shared.Lease());
                if (outcome != WriteOutcome.Older || generation is not null || attempt == GenerationAttempts)
                {
                    CountMissed(outcome, "put");
                    return outcome;
                }
            }
        }
        finally
        {
            shared.Release();
        }
    }

    /// <summary>Makes a blob that is there wanted again; <see cref="WriteOutcome.BlobMissing"/> when it is not.</summary>
    public async Task<WriteOutcome> TouchAsync(Digest id, long generation)
    {
        var missing = 0;
        var outcome = await cluster.WriteAsync(id, async (replica, hintFor) =>
        {
            var verdict = await replica.TouchAsync(id, generation, hintFor, CancellationToken.None);
            if (verdict == StoreVerdict.BytesMissing)
            {
                Interlocked.Increment(ref missing);
                repairs.Add(id);
            }
            return verdict;
        }, standInsCount: true, null);
        return outcome == WriteOutcome.Unavailable && missing > 0 ? WriteOutcome.BlobMissing : outcome;
    }

    public async Task<WriteOutcome> DeleteAsync(Digest id, long? generation, CancellationToken cancellationToken)
    {
        var found = await FindAsync(id, cancellationToken);
        if (found.State == BlobState.Unknown)
        {
            return WriteOutcome.Unavailable;
        }
        // A deletion with a generation is noted even where nothing is, so that a slower, older upload cannot come after it.
        if (found.State != BlobState.Present && generation is null)
        {
            return WriteOutcome.BlobMissing;
        }
        var wanted = generation ?? await NextGenerationAsync(id, cancellationToken);
        if (wanted is null)
        {
            return WriteOutcome.Unavailable;
        }
        var outcome = await cluster.WriteAsync(id,
            (replica, hintFor) => replica.DeleteAsync(id, wanted.Value, hintFor, CancellationToken.None),
            standInsCount: true, null);
        CountMissed(outcome, "delete");
        return found.State != BlobState.Present && outcome is (WriteOutcome.Stored or WriteOutcome.Existed)
            ? WriteOutcome.BlobMissing : outcome;
    }

    /// <summary>Whether the blob is there, without opening it.</summary>
    public async Task<FoundBlob> FindAsync(Digest id, CancellationToken cancellationToken)
    {
        if (cluster.Store.Probe(id) is { IsPresent: true } local)
        {
            return new FoundBlob(BlobState.Present, local.Length, null);
        }
        var answers = await cluster.AskAllAsync(cluster.All, replica => replica.ProbeAsync(id, cancellationToken));
        return Judge(id, answers);
    }

    /// <summary>
    /// Opens the blob at the best place that has it. Not found only when that is certain: when every node that could hold a
    /// copy says no.
    /// </summary>
    public async Task<FoundBlob> OpenAsync(Digest id, CancellationToken cancellationToken)
    {
        if (await cluster.Local.OpenAsync(id, cancellationToken) is { } own)
        {
            return new FoundBlob(BlobState.Present, own.Length, own);
        }
        var preference = cluster.Map.PreferenceFor(id);
        var others = preference.Homes.Concat(preference.StandIns).Select(cluster.Of)
            .Where(replica => replica != cluster.Local).OrderBy(cluster.IsResting).ToList();
        if (await OpenElsewhereAsync(id, others, cancellationToken) is { } source)
        {
            repairs.Add(id);
            return new FoundBlob(BlobState.Present, source.Length, source);
        }
        var answers = await cluster.AskAllAsync(cluster.All, replica => replica.ProbeAsync(id, cancellationToken));
        var found = Judge(id, answers);
        // Nobody could open it, so a node that says it is there lost it in between or is failing.
        return found.State == BlobState.Present ? new FoundBlob(BlobState.Unknown, 0, null) : found;
    }

    /// <summary>Asks one node after the other, and the next one early when a node is slow to begin.</summary>
    private async Task<BlobSource?> OpenElsewhereAsync(
        Digest id, List<IReplica> replicas, CancellationToken cancellationToken)
    {
        var running = new List<Task<Answer<BlobSource?>?>>();
        var next = 0;
        while (next < replicas.Count || running.Count > 0)
        {
            if (next < replicas.Count)
            {
                running.Add(cluster.AskAsync(replicas[next++], asked => asked.OpenAsync(id, cancellationToken)));
            }
            if (next < replicas.Count)
            {
                var slow = Task.Delay(options.HedgeDelay, time, cancellationToken);
                if (await Task.WhenAny([slow, .. running]) == slow)
                {
                    metrics.HedgedReads.Inc();
                    continue;
                }
            }
            var first = await Task.WhenAny(running);
            running.Remove(first);
            if ((await first)?.Value is { } source)
            {
                running.ForEach(late => _ = DisposeLateAsync(late));
                return source;
            }
        }
        return null;
    }

    private static async Task DisposeLateAsync(Task<Answer<BlobSource?>?> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully && (await late)?.Value is { } source)
        {
            await source.DisposeAsync();
        }
    }

    private FoundBlob Judge(Digest id, List<Answer<BlobFact>> answers)
    {
        var newest = answers.Count == 0 ? default : answers.MaxBy(answer => (answer.Value.Generation, answer.Value.IsDeleted))!.Value;
        if (newest.IsDeleted)
        {
            return new FoundBlob(BlobState.Deleted, 0, null);
        }
        if (answers.Find(answer => answer.Value.IsPresent) is { } holder)
        {
            repairs.Add(id);
            return new FoundBlob(BlobState.Present, holder.Value.Length, null);
        }
        var isCertain = answers.Count == cluster.Map.Nodes.Count && answers.TrueForAll(answer => answer.Value.IsUnknown);
        if (!isCertain)
        {
            metrics.QuorumMissed.WithLabels("read").Inc();
        }
        return new FoundBlob(isCertain ? BlobState.Absent : BlobState.Unknown, 0, null);
    }

    private async Task<long?> NextGenerationAsync(Digest id, CancellationToken cancellationToken)
    {
        var homes = cluster.Map.PreferenceFor(id).Homes.Select(cluster.Of);
        var answers = await cluster.AskEnoughAsync(
            homes, cluster.Map.ReadQuorum, replica => replica.ProbeAsync(id, cancellationToken));
        return answers.Count < cluster.Map.ReadQuorum ? null : answers.Max(answer => answer.Value.Generation) + 1;
    }

    private static async Task<StoreVerdict> SendAsync(IReplica replica, StagedBody body, long generation, string? hintFor)
    {
        if (body.Length >= OfferBytesMin)
        {
            var touched = await replica.TouchAsync(body.Id, generation, hintFor, CancellationToken.None);
            if (touched != StoreVerdict.BytesMissing)
            {
                return touched;
            }
        }
        return await replica.PutAsync(body.Id, generation, body.Payload, hintFor, CancellationToken.None);
    }

    private void CountMissed(WriteOutcome outcome, string call)
    {
        if (outcome == WriteOutcome.Unavailable)
        {
            metrics.QuorumMissed.WithLabels(call).Inc();
        }
    }
}

/// <summary>Whether a blob is there, as far as the cluster can tell.</summary>
internal enum BlobState
{
    Present,

    /// <summary>Certainly never stored.</summary>
    Absent,

    /// <summary>Deleted.</summary>
    Deleted,

    /// <summary>Cannot be told now: a node that may hold it is away, or every copy known is damaged.</summary>
    Unknown,
}

/// <summary>A blob that was looked for; the caller disposes the source.</summary>
internal readonly record struct FoundBlob(BlobState State, long Length, BlobSource? Source);
