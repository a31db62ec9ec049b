using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>Brings one record to every home that lacks it, from wherever a good copy is.</summary>
internal sealed class Repairer(Cluster cluster, StagingRoom room, OriginOptions options, OriginMetrics metrics)
{
    public Task RepairAsync(Repair repair, CancellationToken cancellationToken) => repair.Path is { } path
        ? RepairLinkAsync(path, repair.Link ?? LinkFact.Unknown, cancellationToken)
        : RepairBlobAsync(repair.Blob, cancellationToken);

    /// <summary>Returns whether every home that answered has the blob, or its deletion, afterwards.</summary>
    public async Task<bool> RepairBlobAsync(Digest id, CancellationToken cancellationToken)
    {
        var homes = cluster.Map.PreferenceFor(id).Homes.Select(cluster.Of).ToList();
        var answers = await cluster.AskAllAsync(cluster.All, replica => replica.ProbeAsync(id, cancellationToken));
        if (answers.Count == 0)
        {
            return false;
        }
        var newest = answers.MaxBy(answer => (answer.Value.Generation, answer.Value.IsDeleted))!.Value;
        var behind = answers.Where(answer => homes.Contains(answer.Replica) && (newest.IsDeleted
            ? !answer.Value.IsDeleted || answer.Value.Generation < newest.Generation
            : !answer.Value.IsPresent || answer.Value.Generation < newest.Generation)).ToList();
        if (behind.Count == 0)
        {
            return true;
        }
        if (newest.IsDeleted)
        {
            var told = await cluster.AskAllAsync(behind.Select(answer => answer.Replica),
                replica => replica.DeleteAsync(id, newest.Generation, null, cancellationToken));
            return told.Count == behind.Count;
        }
        return await GiveBytesAsync(id, newest.Generation, behind, answers, cancellationToken);
    }

    private async Task<bool> GiveBytesAsync(Digest id, long generation, List<Answer<BlobFact>> behind,
        List<Answer<BlobFact>> answers, CancellationToken cancellationToken)
    {
        using var own = cluster.Store.Borrow(id);
        using var fetched = own is null ? await FetchAsync(id, answers, cancellationToken) : null;
        if ((own?.Payload ?? fetched?.Payload) is not { } payload)
        {
            return false;
        }
        var done = 0;
        foreach (var home in behind)
        {
            var given = await cluster.AskAsync(home.Replica, async replica =>
            {
                var touched = home.Value.IsPresent
                    ? await replica.TouchAsync(id, generation, null, cancellationToken) : StoreVerdict.BytesMissing;
                return touched != StoreVerdict.BytesMissing ? touched
                    : await replica.PutAsync(id, generation, payload, null, cancellationToken);
            });
            if (given?.Value is StoreVerdict.Stored or StoreVerdict.Existed)
            {
                metrics.ReadRepairs.Inc();
                if (home.Value.IsDamaged)
                {
                    metrics.RecordsRepaired.Inc();
                }
                done++;
            }
        }
        return done == behind.Count;
    }

    /// <summary>A copy from another node whose bytes have the digest they should have; null when none is left.</summary>
    private async Task<StagedBody?> FetchAsync(
        Digest id, List<Answer<BlobFact>> answers, CancellationToken cancellationToken)
    {
        foreach (var holder in answers.Where(answer => answer.Value.IsPresent && answer.Replica != cluster.Local))
        {
            var answer = await cluster.AskAsync(holder.Replica, replica => replica.OpenAsync(id, cancellationToken));
            if (answer?.Value is not { } source)
            {
                continue;
            }
            await using (source)
            {
                var body = await CopyAsync(source, cancellationToken);
                if (body?.Id == id)
                {
                    return body;
                }
                body?.Dispose();
            }
        }
        return null;
    }

    private async Task<StagedBody?> CopyAsync(BlobSource source, CancellationToken cancellationToken)
    {
        var pipe = new System.IO.Pipelines.Pipe();
        var copying = CopyToPipeAsync(source, pipe, cancellationToken);
        try
        {
            return await room.ReceiveAsync(
                pipe.Reader.AsStream(), source.Length, options.BlobBytesMax, cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await copying;
        }
    }

    private static async Task CopyToPipeAsync(
        BlobSource source, System.IO.Pipelines.Pipe pipe, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await source.CopyAsync(0, source.Length, pipe.Writer.AsStream(leaveOpen: true), cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            failure = new IOException("The copy broke off.", error);
        }
        await pipe.Writer.CompleteAsync(failure);
    }

    private async Task RepairLinkAsync(string path, LinkFact known, CancellationToken cancellationToken)
    {
        var homes = cluster.Map.PreferenceFor(Digest.OfPath(path)).Homes.Select(cluster.Of);
        var answers = await cluster.AskAllAsync(homes, replica => replica.FindLinkAsync(path, cancellationToken));
        var newest = answers.Where(answer => !answer.Value.IsDamaged).Select(answer => answer.Value)
            .Aggregate(known.IsDamaged ? LinkFact.Unknown : known, (best, fact) => best.IsOlderThan(fact) ? fact : best);
        if (newest.IsUnknown)
        {
            return;
        }
        foreach (var behind in answers.Where(
            answer => answer.Value.IsOlderThan(newest) || (answer.Value.IsDamaged && !newest.IsOlderThan(answer.Value))))
        {
            var given = await cluster.AskAsync(
                behind.Replica, replica => PeerPush.LinkAsync(replica, path, newest, cancellationToken));
            if (given?.Value is StoreVerdict.Stored or StoreVerdict.Existed)
            {
                metrics.ReadRepairs.Inc();
            }
        }
    }
}
