namespace Flickr.Watching;

/// <summary>
/// The essentials of <c>ops/prometheus/alerts.yml</c>, judged by each program over its own metrics, and what its status
/// page draws. What needs several programs at once (a target that is down, the lag of a purge) is Prometheus' alone.
/// </summary>
internal static class AlertRules
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>The rules of a program; those of every program among them.</summary>
    public static IReadOnlyList<AlertRule> Of(string program) => [.. program switch
    {
        "Edge" => Edge,
        "Photos" => Photos,
        "Origin" => Origin,
        "ControlPlane" => ControlPlane,
        _ => [],
    }, .. Everywhere("flickr_" + program.ToLowerInvariant())];

    /// <summary>The charts of a program.</summary>
    public static IReadOnlyList<Chart> Charts(string program) => [.. program switch
    {
        "Edge" => EdgeCharts,
        "Photos" => PhotosCharts,
        "Origin" => OriginCharts,
        "ControlPlane" => ControlPlaneCharts,
        _ => [],
    }, .. ProcessCharts("flickr_" + program.ToLowerInvariant())];

    /// <summary>Whether any program has an alert of this name.</summary>
    public static bool IsKnown(string name) => ((string[])["Edge", "Photos", "Origin", "ControlPlane"])
        .Any(program => Of(program).Any(rule => rule.Name == name));

    private static IReadOnlyList<AlertRule> Edge =>
    [
        new("FlickrHitRatioLow", "warn", "Too few requests are answered from the store", 30 * Minute,
            (h, at) => h.Rate(at, "flickr_edge_requests_total", 15 * Minute) > 1 ? HitRatio(h, at, 15 * Minute) : null,
            0.8, IsBelow: true),
        new("FlickrTokenRefusals", "warn", "Many tokens are refused", 10 * Minute, (h, at) => Refusals(h, at), 0.1),
        new("FlickrEdgeSlow", "page", "One request in a hundred takes over a second", 10 * Minute,
            (h, at) => h.Quantile(at, "flickr_edge_request_seconds", 0.99, 10 * Minute), 1),
        new("FlickrEdgeErrors", "page", "Too many answers are failures", 5 * Minute, Failures, 0.02),
        new("FlickrEdgeCutOff", "page", "The control plane has not been heard", Minute / 2,
            (h, at) => h.Sum(at, "flickr_edge_heartbeat_age_seconds"), 30),
        new("FlickrEdgeLogFailing", "warn", "The disk under the cache fails or returns other bytes", TimeSpan.Zero,
            (h, at) => h.Increase(at, "flickr_edge_log_failures_total", 15 * Minute)
                + (h.Increase(at, "flickr_edge_log_checksum_misses_total", 15 * Minute) ?? 0), 0),
    ];

    private static IReadOnlyList<AlertRule> Photos =>
    [
        new("FlickrUploadBacklogOld", "page", "The oldest unfinished upload is old", 5 * Minute,
            (h, at) => h.Sum(at, "flickr_photos_upload_queue_oldest_age_seconds"), 300),
        new("FlickrUploadsFailing", "page", "Too many uploads end failed", 10 * Minute, FailedUploads, 0.05),
        new("FlickrThumbnailsLate", "warn", "Uploads are published late", 10 * Minute,
            (h, at) => h.Quantile(at, "flickr_photos_publish_delay_seconds", 0.95, 10 * Minute), 30),
        new("FlickrSagaDeadLetters", "warn", "Work was given up and lies among the dead letters", TimeSpan.Zero,
            (h, at) => h.Increase(at, "flickr_photos_saga_dead_letters_total", 15 * Minute), 0),
        new("FlickrSqlSlow", "warn", "The database answers slowly", 10 * Minute,
            (h, at) => h.Quantile(at, "flickr_photos_sql_seconds", 0.99, 10 * Minute), 0.5),
        new("FlickrSqlFailing", "page", "Calls of the database fail", 5 * Minute,
            (h, at) => h.Rate(at, "flickr_photos_sql_failures_total", 5 * Minute)
                / h.Rate(at, "flickr_photos_sql_seconds_count", 5 * Minute), 0.01),
    ];

    private static IReadOnlyList<AlertRule> Origin =>
    [
        new("FlickrOriginReadOnly", "page", "No writes are taken: the disk has failed", Minute,
            (h, at) => h.Sum(at, "flickr_origin_writable"), 1, IsBelow: true),
        new("FlickrUnderReplicated", "warn", "Copies are missing on other nodes", 10 * Minute,
            (h, at) => h.Sum(at, "flickr_origin_hints_pending"), 0),
        new("FlickrQuorumMissed", "page", "Writes do not reach enough nodes", 2 * Minute,
            (h, at) => h.Rate(at, "flickr_origin_quorum_missed_total", 5 * Minute), 0),
        new("FlickrRecordsDamaged", "warn", "Stored records were found damaged", TimeSpan.Zero,
            (h, at) => h.Increase(at, "flickr_origin_records_damaged_total", 60 * Minute), 0),
        new("FlickrDiskLow", "warn", "The disk is nearly full", 10 * Minute,
            (h, at) => h.Sum(at, "flickr_origin_disk_free_bytes"), 5.0 * (1L << 30), IsBelow: true),
    ];

    private static IReadOnlyList<AlertRule> ControlPlane =>
    [
        new("FlickrHeartbeatsMissed", "page", "The control plane cannot read its database", Minute,
            (h, at) => h.Increase(at, "flickr_controlplane_heartbeats_missed_total", 5 * Minute), 0),
        new("FlickrControlPlaneOldCopy", "page", "An edge knows more: the database is an old copy", TimeSpan.Zero,
            (h, at) => h.Increase(at, "flickr_controlplane_edges_ahead_total", 10 * Minute), 0),
        new("FlickrPurgeSlow", "warn", "Edges acknowledge invalidations late", 5 * Minute,
            (h, at) => h.Quantile(at, "flickr_controlplane_acknowledge_seconds", 0.99, 5 * Minute), 1),
    ];

    private static IReadOnlyList<AlertRule> Everywhere(string prefix) =>
    [
        new("FlickrCertificateEnds", "page", "A certificate ends within 14 days", Minute,
            (h, at) => h.Sum(at, prefix + "_certificate_end_timestamp_seconds") is > 0 and var end
                ? (end - h.TimeOf(at).ToUnixTimeSeconds()) / 86_400 : null, 14, IsBelow: true),
        new("FlickrOverloaded", "page", "Requests are turned away for want of memory or room", Minute,
            (h, at) => (h.Rate(at, prefix + "_requests_shed_total", 5 * Minute, "memory") ?? 0)
                + h.Rate(at, prefix + "_connections_refused_total", 5 * Minute, "full"), 0),
    ];

    private static IReadOnlyList<Chart> EdgeCharts =>
    [
        new("Requests", "/s", (h, at) => h.Rate(at, "flickr_edge_requests_total", Minute)),
        new("Hit ratio", "ratio", (h, at) => HitRatio(h, at, Minute)),
        new("Latency, 99 of 100", "s", (h, at) => h.Quantile(at, "flickr_edge_request_seconds", 0.99, Minute)),
        new("Sent", "bytes/s", (h, at) => h.Rate(at, "flickr_edge_sent_bytes_total", Minute)),
        new("Failures", "ratio", Failures),
        new("Fetches", "/s", (h, at) => h.Rate(at, "flickr_edge_fetches_total", Minute)),
        new("Heartbeat age", "s", (h, at) => h.Sum(at, "flickr_edge_heartbeat_age_seconds")),
        new("Memory tier", "bytes", (h, at) => h.Sum(at, "flickr_edge_memory_used_bytes")),
    ];

    private static IReadOnlyList<Chart> PhotosCharts =>
    [
        new("Unfinished uploads", "", (h, at) => h.Sum(at, "flickr_photos_upload_queue_depth")),
        new("Oldest of them", "s", (h, at) => h.Sum(at, "flickr_photos_upload_queue_oldest_age_seconds")),
        new("Published", "/s", (h, at) => h.Rate(at, "flickr_photos_uploads_published_total", Minute)),
        new("Upload to published, 95 of 100", "s",
            (h, at) => h.Quantile(at, "flickr_photos_publish_delay_seconds", 0.95, 5 * Minute)),
        new("SQL, 99 of 100", "s", (h, at) => h.Quantile(at, "flickr_photos_sql_seconds", 0.99, Minute)),
    ];

    private static IReadOnlyList<Chart> OriginCharts =>
    [
        new("Served", "bytes/s", (h, at) => h.Rate(at, "flickr_origin_served_bytes_total", Minute)),
        new("Hints for other nodes", "", (h, at) => h.Sum(at, "flickr_origin_hints_pending")),
        new("Free disk", "bytes", (h, at) => h.Sum(at, "flickr_origin_disk_free_bytes")),
        new("Blobs", "", (h, at) => h.Sum(at, "flickr_origin_blobs")),
    ];

    private static IReadOnlyList<Chart> ControlPlaneCharts =>
    [
        new("Invalidations", "/s", (h, at) => h.Rate(at, "flickr_controlplane_invalidations_total", Minute)),
        new("Acknowledged, 99 of 100", "s",
            (h, at) => h.Quantile(at, "flickr_controlplane_acknowledge_seconds", 0.99, 5 * Minute)),
        new("Streams", "", (h, at) => h.Sum(at, "flickr_controlplane_streams")),
    ];

    private static IReadOnlyList<Chart> ProcessCharts(string prefix) =>
    [
        new("Connections", "", (h, at) => h.Sum(at, prefix + "_connections")),
        new("Processor", "ratio", (h, at) => h.Rate(at, "process_cpu_seconds_total", Minute)),
        new("Resident memory", "bytes", (h, at) => h.Sum(at, "process_working_set_bytes")),
        new("Threads", "", (h, at) => h.Sum(at, "process_num_threads")),
    ];

    private static double? HitRatio(SampleHistory h, int at, TimeSpan over)
    {
        double Of(string outcome) => h.Increase(at, "flickr_edge_requests_total", over, $"outcome=\"{outcome}\"") ?? 0;
        var hits = Of("hit") + Of("stale") + Of("revalidated") + Of("collapsed");
        var all = hits + Of("miss");
        return all > 0 ? hits / all : null;
    }

    private static double? Failures(SampleHistory h, int at)
    {
        double Of(string? label) => h.Increase(at, "flickr_edge_requests_total", 5 * Minute, label) ?? 0;
        return Of(null) is > 0 and var all ? (Of("outcome=\"error\"") + Of("outcome=\"failed\"")) / all : null;
    }

    private static double? Refusals(SampleHistory h, int at)
    {
        double Of(string? label) => h.Rate(at, "flickr_edge_token_verdicts_total", 10 * Minute, label) ?? 0;
        var judged = Of(null) - Of("verdict=\"missing\"");
        return judged > 0.1 ? (judged - Of("verdict=\"valid\"")) / judged : null;
    }

    private static double? FailedUploads(SampleHistory h, int at)
    {
        double Of(string name) => h.Increase(at, $"flickr_photos_uploads_{name}_total", 10 * Minute) ?? 0;
        var all = Of("failed") + Of("published") + Of("duplicate");
        return all > 0 ? Of("failed") / all : null;
    }
}
