using Flickr.Origin.Http;
using Flickr.Origin.Replication;
using Flickr.Origin.Staging;
using Flickr.Origin.Uploads;
using Microsoft.Extensions.Options;

namespace Flickr.Origin.ObjectStore;

/// <summary>
/// A node that keeps nothing itself (<c>Origin:Store=S3</c>): the same HTTP interface over a bucket. Unfinished uploads alone lie on
/// its disk. Several such nodes may serve one bucket where the service takes conditional writes.
/// </summary>
internal sealed class S3Node : IDisposable
{
    private readonly S3Bucket _bucket;

    public S3Node(IOptions<OriginOptions> options, IOptions<S3Options> s3, IOptions<UploadOptions> uploads, TimeProvider time,
        OriginMetrics metrics, ILoggerFactory logs, Listening.NodeIdentity identity)
    {
        var settings = options.Value;
        var data = Path.GetFullPath(settings.DataDirectory);
        Directory.CreateDirectory(data);
        var staging = new StagingRoom(Path.Combine(data, "staging"));
        _bucket = new S3Bucket(s3.Value, s3.Value.Bucket);
        var documents = new S3Documents(_bucket);
        var clock = new HybridClock(time);
        var blobs = new S3Blobs(_bucket, documents, clock);
        var links = new S3Links(_bucket, documents, clock);
        var intake = new BodyIntake(staging, null, settings, metrics);
        var sender = new BlobSender(settings, metrics);
        Uploads = new UploadStore(Path.Combine(data, "uploads"), uploads.Value, settings.BlobBytesMax, time, metrics);
        var completion = new UploadCompletion(Uploads, blobs);
        LinkEndpoints = new LinkEndpoints(links, blobs, intake, sender);
        var key = settings.KeyFile.Length > 0 ? File.ReadAllText(settings.KeyFile).Trim() : settings.Key;
        Endpoints = new OriginEndpoints(new CallerGate(key, identity), new BlobEndpoints(blobs, intake, sender), LinkEndpoints, null,
            new TusEndpoints(Uploads, completion, settings), new DraftEndpoints(Uploads, completion, settings),
            logs.CreateLogger("Flickr.Origin"));
    }

    public UploadStore Uploads { get; }

    public LinkEndpoints LinkEndpoints { get; }

    public OriginEndpoints Endpoints { get; }

    /// <summary>What the admin listener answers; false when the request is none of it.</summary>
    public async Task<bool> AdminAsync(HttpContext context)
    {
        if (context.Request.Method != "GET" || context.Request.Path.Value != "/origin/ls")
        {
            return false;
        }
        await LinkEndpoints.ListAsync(context, context.Request.Query["path"].ToString());
        return true;
    }

    public void Dispose() => _bucket.Dispose();
}

/// <summary>The work of such a node: dropping expired uploads.</summary>
internal sealed class S3Work(S3Node node, TimeProvider time, ILogger<S3Work> log) : BackgroundService
{
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RepeatAsync("expiry", ExpiryInterval,
        _ => Task.FromResult(node.Uploads.RemoveExpired()), time, log, stoppingToken);
}
