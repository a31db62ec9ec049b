using System.Text.Json.Serialization.Metadata;
using Flickr.Origin.Backup;
using Flickr.Origin.Http;
using Flickr.Origin.ObjectStore;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Admin;

/// <summary>
/// <c>/origin/…</c> on the admin listener, for the <c>flickr origin</c> command: stat, ls, scrub, verify, repair, compact,
/// backup, restore, cluster, rebalance.
/// </summary>
internal sealed class AdminEndpoints(OriginNode node)
{
    /// <summary>False when the request is none of these.</summary>
    public async Task<bool> HandleAsync(HttpContext context)
    {
        var (request, cancelled) = (context.Request, context.RequestAborted);
        var directory = request.Query["directory"].ToString();
        switch (request.Method, request.Path.Value)
        {
            case ("GET", "/origin/stat"):
                await SayAsync(context, await ReportAsync(cancelled), AdminJson.Default.NodeReport);
                return true;
            case ("GET", "/origin/ls"):
                await node.LinkEndpoints.ListAsync(context, request.Query["path"].ToString());
                return true;
            case ("GET", "/origin/scrub"):
                await SayAsync(context, node.Scrubber.Progress, AdminJson.Default.ScrubProgress);
                return true;
            case ("POST", "/origin/scrub"):
                await SayAsync(context, await node.Scrubber.RunAsync(cancelled), AdminJson.Default.ScrubProgress);
                return true;
            case ("POST", "/origin/repair"):
                await SayAsync(context, await RepairAsync(cancelled), AdminJson.Default.RepairReport);
                return true;
            case ("GET", "/origin/cluster"):
                await SayAsync(context, await ClusterAsync(cancelled), AdminJson.Default.ClusterReport);
                return true;
            case ("POST", "/origin/rebalance"):
                await node.Rebalancer.RunAsync(cancelled);
                await SayAsync(context, node.Rebalancer.Progress, AdminJson.Default.RebalanceProgress);
                return true;
            case ("POST", "/origin/compact"):
                node.Store.Volumes.SealSoon();
                await SayAsync(context, new CompactionReport(await node.Compactor.RunAsync(cancelled)),
                    AdminJson.Default.CompactionReport);
                return true;
            case ("POST", "/origin/backup" or "/origin/verify" or "/origin/restore") when BucketTarget.Parse(directory) is { } place:
                await BucketAsync(context, request.Path.Value!, place.Bucket, place.Prefix);
                return true;
            case ("POST", "/origin/backup" or "/origin/verify" or "/origin/restore") when !Path.IsPathFullyQualified(directory):
                await Problem.WriteAsync(context, 400, "bad-request", "directory is a full path on the node's machine");
                return true;
            case ("POST", "/origin/backup"):
                await SayAsync(context, await node.BackupWriter.RunAsync(directory, cancelled), AdminJson.Default.BackupReport);
                return true;
            case ("POST", "/origin/verify"):
                await SayAsync(context, await BackupReader.VerifyAsync(directory, cancelled), AdminJson.Default.BackupReport);
                return true;
            case ("POST", "/origin/restore"):
                await SayAsync(context, await node.BackupReader.RestoreAsync(directory, cancelled), AdminJson.Default.BackupReport);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The same three calls on a bucket of <c>Origin:S3</c>. Reading goes through a directory of the node's disk.</summary>
    private async Task BucketAsync(HttpContext context, string call, string name, string prefix)
    {
        if (node.S3.ServiceUrl.Length == 0)
        {
            await Problem.WriteAsync(context, 400, "bad-request", "Origin:S3:ServiceUrl is not set");
            return;
        }
        using var bucket = new S3Bucket(node.S3, name);
        try
        {
            if (call == "/origin/backup")
            {
                var target = new BucketTarget(bucket, prefix, node.Options.NodeId);
                await SayAsync(context, await node.BackupWriter.RunAsync(target, context.RequestAborted), AdminJson.Default.BackupReport);
                return;
            }
            var folder = Path.Combine(Path.GetFullPath(node.Options.DataDirectory), "fetched-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            try
            {
                await BucketTarget.FetchAsync(bucket, prefix, folder, context.RequestAborted);
                await SayAsync(context, call == "/origin/verify"
                    ? await BackupReader.VerifyAsync(folder, context.RequestAborted)
                    : await node.BackupReader.RestoreAsync(folder, context.RequestAborted), AdminJson.Default.BackupReport);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (StoreUnavailableException error)
        {
            await Problem.WriteAsync(context, 503, "store-unavailable", "The store did not answer", error.Message);
        }
    }

    private async Task<NodeReport> ReportAsync(CancellationToken cancellationToken)
    {
        var answers = await node.Cluster.AskAllAsync(
            node.Cluster.Peers, peer => peer.ProbeAsync(default(Digest), cancellationToken));
        var store = node.Store;
        return new NodeReport(node.Options.NodeId, store.Volumes.IsWritable, store.Blobs.Count, store.Links.Count,
            store.Hints.Count, store.Volumes.FreeBytes, node.Map.Replicas, node.Map.WriteQuorum,
            [.. store.Volumes.Volumes.Select(volume => new VolumeReport(volume.Number, volume.End, volume.IsSealed))],
            [.. node.Map.Nodes.Where(peer => peer.Id != node.Options.NodeId).Select(peer => new PeerReport(
                peer.Id, peer.Zone, answers.Exists(answer => answer.Replica.NodeId == peer.Id)))],
            node.Scrubber.Progress);
    }

    private async Task<ClusterReport> ClusterAsync(CancellationToken cancellationToken)
    {
        var answers = await node.Cluster.AskAllAsync(
            node.Cluster.All, peer => peer.ProbeAsync(default(Digest), cancellationToken));
        var map = node.Map;
        return new ClusterReport(node.Options.NodeId, map.Epoch, map.Replicas, map.WriteQuorum,
            [.. map.Nodes.Select(member => new MemberReport(member.Id, member.Zone, member.Weight, member.IsHomeIn(map.Epoch),
                member.IsHomeIn(map.Epoch - 1), answers.Exists(answer => answer.Replica.NodeId == member.Id)))],
            node.Rebalancer.Progress);
    }

    private async Task<RepairReport> RepairAsync(CancellationToken cancellationToken)
    {
        var handedOver = await node.HandOver.RunAsync(cancellationToken);
        var differed = await node.AntiEntropy.RunAsync(cancellationToken) + await node.Rebalancer.RunAsync(cancellationToken);
        return new RepairReport(differed, handedOver, node.Store.Hints.Count);
    }

    private static Task SayAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) =>
        context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
}
