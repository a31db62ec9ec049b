using Prometheus;

namespace Flickr.Origin;

/// <summary>All series of an origin node, over a registry of its own: three nodes may share a process.</summary>
internal sealed class OriginMetrics
{
    public OriginMetrics()
    {
        Registry = Metrics.NewCustomRegistry();
        var factory = Metrics.WithCustomRegistry(Registry);
        RecordsDamaged = factory.CreateCounter("flickr_origin_records_damaged_total",
            "Records whose check failed when they were read, scanned or scrubbed.");
        RecordsRepaired = factory.CreateCounter("flickr_origin_records_repaired_total",
            "Damaged or missing records brought back from another node.");
        DiskFailures = factory.CreateCounter("flickr_origin_disk_failures_total",
            "Writes or flushes that failed; the node is read-only after the first.");
        Writable = factory.CreateGauge("flickr_origin_writable", "1 while the node acknowledges writes.");
        DiskFreeBytes = factory.CreateGauge("flickr_origin_disk_free_bytes",
            "Bytes of the volumes' disk left for new blobs and links; the reserve is not among them.");
        VolumesOpen = factory.CreateGauge("flickr_origin_volumes", "Volumes held open.");
        QueueLength = factory.CreateGauge("flickr_origin_append_queue_records", "Records waiting for the appender.");
        AppendedBytes = factory.CreateCounter("flickr_origin_appended_bytes_total", "Bytes made durable in volumes.");
        FlushSeconds = factory.CreateHistogram("flickr_origin_batch_seconds",
            "Time from the first write of a batch to its flush.",
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.0001, 2, 15) });
        BatchRecords = factory.CreateHistogram("flickr_origin_batch_records", "Records made durable by one flush.",
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(1, 2, 11) });
        Blobs = factory.CreateGauge("flickr_origin_blobs", "Blobs this node has.");
        Links = factory.CreateGauge("flickr_origin_links", "Links this node has.");
        Refused = factory.CreateCounter("flickr_origin_requests_refused_total",
            "Requests turned away before they were read.", "reason");
        RefusedBusy = Refused.WithLabels("busy");
        RefusedFull = Refused.WithLabels("full");
        BytesInFlight = factory.CreateGauge("flickr_origin_admitted_bytes", "Bytes of bodies admitted and not finished.");
        ServedBytes = factory.CreateCounter("flickr_origin_served_bytes_total", "Bytes of blobs sent to callers.");
        HintsPending = factory.CreateGauge("flickr_origin_hints_pending", "Records kept for nodes that were away.");
        HintsHandedOver = factory.CreateCounter("flickr_origin_hints_handed_over_total",
            "Records given to the node they were kept for.");
        QuorumMissed = factory.CreateCounter("flickr_origin_quorum_missed_total",
            "Calls answered 503 because too few nodes answered.", "call");
        PeerFailures = factory.CreateCounter("flickr_origin_peer_failures_total", "Calls to other nodes that failed.");
        ReadRepairs = factory.CreateCounter("flickr_origin_read_repairs_total",
            "Records given to a home that lacked them when they were read.");
        HedgedReads = factory.CreateCounter("flickr_origin_hedged_reads_total",
            "Reads asked of a second home because the first was slow.");
        ScrubbedBytes = factory.CreateCounter("flickr_origin_scrubbed_bytes_total", "Bytes read by the scrub.");
        ScrubProgress = factory.CreateGauge("flickr_origin_scrub_progress_ratio", "Share of the running scrub done.");
        SyncedRecords = factory.CreateCounter("flickr_origin_synced_records_total",
            "Records fetched by anti-entropy because a peer had them and this node had not.");
        CompactedBytes = factory.CreateCounter("flickr_origin_compacted_bytes_total", "Bytes freed by compaction.");
        Strays = factory.CreateGauge("flickr_origin_strays",
            "Records that belong to other nodes and had not reached all of them when the last pass ended.");
        LetGoBytes = factory.CreateCounter("flickr_origin_let_go_bytes_total",
            "Bytes of copies dropped after a change of the map, because every home has its own.");
        UploadsOpen = factory.CreateGauge("flickr_origin_tus_uploads", "Resumable uploads not finished.");
        UploadsExpired = factory.CreateCounter("flickr_origin_tus_uploads_expired_total",
            "Resumable uploads dropped because nobody went on with them.");
        Writable.Set(1);
    }

    public CollectorRegistry Registry { get; }
    public Counter RecordsDamaged { get; }
    public Counter RecordsRepaired { get; }
    public Counter DiskFailures { get; }
    public Gauge Writable { get; }
    public Gauge DiskFreeBytes { get; }
    public Gauge VolumesOpen { get; }
    public Gauge QueueLength { get; }
    public Counter AppendedBytes { get; }
    public Histogram FlushSeconds { get; }
    public Histogram BatchRecords { get; }
    public Gauge Blobs { get; }
    public Gauge Links { get; }
    public Counter Refused { get; }
    public Counter.Child RefusedBusy { get; }
    public Counter.Child RefusedFull { get; }
    public Gauge BytesInFlight { get; }
    public Counter ServedBytes { get; }
    public Gauge HintsPending { get; }
    public Counter HintsHandedOver { get; }
    public Counter QuorumMissed { get; }
    public Counter PeerFailures { get; }
    public Counter ReadRepairs { get; }
    public Counter HedgedReads { get; }
    public Counter ScrubbedBytes { get; }
    public Gauge ScrubProgress { get; }
    public Counter SyncedRecords { get; }
    public Counter CompactedBytes { get; }
    public Gauge Strays { get; }
    public Counter LetGoBytes { get; }
    public Gauge UploadsOpen { get; }
    public Counter UploadsExpired { get; }
}
