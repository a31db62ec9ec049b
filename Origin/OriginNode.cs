using Flickr.Listening;
using Flickr.Origin.Backup;
using Flickr.Origin.Framing;
using Flickr.Origin.Http;
using Flickr.Origin.Needles;
using Flickr.Origin.ObjectStore;
using Flickr.Origin.Placement;
using Flickr.Origin.Replication;
using Flickr.Origin.Scrub;
using Flickr.Origin.Staging;
using Flickr.Origin.Uploads;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Options;

namespace Flickr.Origin;

/// <summary>One node, put together: its store, its place in the cluster and the work it does on its own.</summary>
internal sealed class OriginNode : IDisposable
{
    private readonly PeerClients _peers;

    public OriginNode(IOptions<OriginOptions> options, IOptions<VolumeOptions> volumes, IOptions<ScrubOptions> scrub,
        IOptions<UploadOptions> uploads, IOptions<S3Options> s3, TimeProvider time, OriginMetrics metrics,
        IHostApplicationLifetime lifetime, ILoggerFactory logs, NodeIdentity identity)
    {
        Options = options.Value;
        S3 = s3.Value;
        var log = logs.CreateLogger("Flickr.Origin");
        Map = ClusterMap.Of(Options, log);
        var key = Options.KeyFile.Length > 0 ? File.ReadAllText(Options.KeyFile).Trim() : Options.Key;
        if (key.Length == 0 && Uri.TryCreate(Options.Listen, UriKind.Absolute, out var listen) && !listen.IsLoopback)
        {
            OriginLog.NoKey(log, Options.Listen);
        }
        var data = Path.GetFullPath(Options.DataDirectory);
        Directory.CreateDirectory(data);
        var staging = new StagingRoom(Path.Combine(data, "staging"));
        Store = new NodeStore(
            new DirectoryDisk(Path.Combine(data, "volumes")), volumes.Value, Options.NodeId, time, metrics, log);
        metrics.Registry.AddBeforeCollectCallback(() => metrics.DiskFreeBytes.Set(FreeBytesNow()));
        var sums = new SharedSums(Map, Store, Options.NodeId);
        var local = new LocalReplica(Options.NodeId, Store, sums);
        _peers = new PeerClients(Map, Options, key, identity);
        Cluster = new Cluster(Map, Store, local, _peers.Replicas, new PeerHealth(time, Options.PeerPause), metrics, log);
        Blobs = new BlobCoordinator(Cluster, Repairs, Options, time, metrics);
        Links = new LinkCoordinator(Cluster, new HybridClock(time), Repairs, metrics);
        Repairer = new Repairer(Cluster, staging, Options, metrics);
        HandOver = new HandOver(Cluster, metrics, log);
        AntiEntropy = new AntiEntropy(Cluster, sums, Repairer, Options, metrics);
        Rebalancer = new Rebalancer(Cluster, Repairer, Options, time, metrics);
        var intake = new BodyIntake(staging, Map.Nodes.Count == 1 ? Store.Volumes : null, Options, metrics);
        var sender = new BlobSender(Options, metrics);
        LinkEndpoints = new LinkEndpoints(Links, Blobs, intake, sender);
        Scrubber = new Scrubber(Store, Repairer, scrub.Value, data, time, metrics, log);
        Compactor = new Compactor(Store, volumes.Value, time, metrics);
        Uploads = new UploadStore(Path.Combine(data, "uploads"), uploads.Value, Options.BlobBytesMax, time, metrics);
        var completion = new UploadCompletion(Uploads, Blobs);
        BackupWriter = new BackupWriter(Store.Volumes, Options.NodeId, time);
        BackupReader = new BackupReader(Store, Map, Options.NodeId);
        Endpoints = new OriginEndpoints(new CallerGate(key, identity), new BlobEndpoints(Blobs, intake, sender), LinkEndpoints,
            new NodeEndpoints(local, staging, Options, new FrameServer(local, log, identity, lifetime.ApplicationStopping)),
            new TusEndpoints(Uploads, completion, Options), new DraftEndpoints(Uploads, completion, Options), log);
    }

    public OriginOptions Options { get; }

    /// <summary>Where backups to <c>s3://</c> go.</summary>
    public S3Options S3 { get; }

    public ClusterMap Map { get; }

    public NodeStore Store { get; }

    public Cluster Cluster { get; }

    public BlobCoordinator Blobs { get; }

    public LinkCoordinator Links { get; }

    public RepairQueue Repairs { get; } = new();

    public Repairer Repairer { get; }

    public HandOver HandOver { get; }

    public AntiEntropy AntiEntropy { get; }

    public Rebalancer Rebalancer { get; }

    public Scrubber Scrubber { get; }

    public Compactor Compactor { get; }

    public UploadStore Uploads { get; }

    public BackupWriter BackupWriter { get; }

    public BackupReader BackupReader { get; }

    public LinkEndpoints LinkEndpoints { get; }

    public OriginEndpoints Endpoints { get; }

    public void Dispose()
    {
        _peers.Dispose();
        Rebalancer.Dispose();
        Store.Dispose();
    }

    /// <summary>A disk that has gone has no room; it must not take the other series down with it.</summary>
    private long FreeBytesNow()
    {
        try
        {
            return Store.Volumes.FreeBytes;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
