using Flickr.Origin.Http;
using Flickr.Origin.Needles;
using Flickr.Origin.Placement;
using Flickr.Origin.Replication;
using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Options;

namespace Flickr.Origin;

/// <summary>One node, put together: its store, its place in the cluster and the work it does on its own.</summary>
internal sealed class OriginNode : IDisposable
{
    public OriginNode(IOptions<OriginOptions> options, IOptions<VolumeOptions> volumes, TimeProvider time,
        OriginMetrics metrics, ILoggerFactory logs)
    {
        Options = options.Value;
        var log = logs.CreateLogger("Flickr.Origin");
        Map = ClusterMap.Of(Options, log);
        var key = Options.KeyFile.Length > 0 ? File.ReadAllText(Options.KeyFile).Trim() : Options.Key;
        var data = Path.GetFullPath(Options.DataDirectory);
        Directory.CreateDirectory(data);
        var staging = new StagingRoom(Path.Combine(data, "staging"));
        Store = new NodeStore(
            new DirectoryDisk(Path.Combine(data, "volumes")), volumes.Value, Options.NodeId, time, metrics, log);
        var repairs = new RepairQueue();
        var local = new LocalReplica(Options.NodeId, Store);
        Cluster = new Cluster(Map, Store, local, [], new PeerHealth(time, Options.PeerPause), metrics, log);
        Blobs = new BlobCoordinator(Cluster, repairs, metrics);
        Links = new LinkCoordinator(Cluster, new HybridClock(time), repairs, metrics);
        var intake = new BodyIntake(staging, Store.Volumes, Options, metrics);
        var sender = new BlobSender(Options, metrics);
        Endpoints = new OriginEndpoints(new CallerGate(key), new BlobEndpoints(Blobs, intake, sender),
            new LinkEndpoints(Links, Blobs, intake, sender), new NodeEndpoints(Store), log);
    }

    public OriginOptions Options { get; }

    public ClusterMap Map { get; }

    public NodeStore Store { get; }

    public Cluster Cluster { get; }

    public BlobCoordinator Blobs { get; }

    public LinkCoordinator Links { get; }

    public OriginEndpoints Endpoints { get; }

    public void Dispose() => Store.Dispose();
}
