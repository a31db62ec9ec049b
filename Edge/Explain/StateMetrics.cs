using Flickr.Edge.Cache;
using Flickr.Edge.Collapse;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;

namespace Flickr.Edge.Explain;

/// <summary>
/// Gauges that are read off their owners when <c>/metrics</c> is asked: tiers, spool, horizon, control plane.
/// </summary>
internal sealed class StateMetrics
{
    public StateMetrics(EdgeMetrics metrics, ObjectCache cache, Spool spool, InvalidationHorizon horizon,
        ControlPlaneStream? stream = null)
    {
        var make = metrics.Make;
        var objects = make.CreateGauge("flickr_edge_memory_objects", "Objects in RAM.");
        var used = make.CreateGauge("flickr_edge_memory_used_bytes", "Bytes of objects in RAM.");
        var committed = make.CreateGauge("flickr_edge_memory_committed_bytes", "Bytes of slabs.");
        var limit = make.CreateGauge("flickr_edge_memory_limit_bytes", "Limit of the RAM tier.");
        var logDisk = make.CreateGauge("flickr_edge_log_disk_bytes", "Bytes of the log tier on disk.");
        var logReads = make.CreateGauge("flickr_edge_log_reads",
            "Objects asked of the log tier since the start.");
        var logHits = make.CreateGauge("flickr_edge_log_hits",
            "Objects found in the log tier since the start.");
        var logWritten = make.CreateGauge("flickr_edge_log_written",
            "Objects written to the log tier since the start.");
        var spooled = make.CreateGauge("flickr_edge_spool_bytes", "Bytes of fills in the spool.");
        var sequence = make.CreateGauge("flickr_edge_invalidation_sequence", "Last invalidation applied.");
        var heartbeat = make.CreateGauge("flickr_edge_heartbeat_age_seconds",
            "Time since the control plane's last heartbeat; -1: none yet, or no control plane.");
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            var memory = cache.MemoryStatistics;
            objects.Set(memory.Objects);
            used.Set(memory.UsedBytes);
            committed.Set(memory.CommittedBytes);
            limit.Set(memory.BytesMax);
            if (cache.LogStatistics is { } log)
            {
                logDisk.Set(log.DiskBytes);
                logReads.Set(log.Reads);
                logHits.Set(log.Hits);
                logWritten.Set(log.Written);
            }
            spooled.Set(spool.Bytes);
            sequence.Set(horizon.Sequence);
            heartbeat.Set(stream?.Status.SinceHeartbeat?.TotalSeconds ?? -1);
        });
    }
}
