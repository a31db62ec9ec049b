using Flickr.Edge.Cache.Log;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Cache;

/// <summary>
/// Series of the two tiers, read off their statistics when <c>/metrics</c> is asked, so that neither tier
/// touches a metric on its paths.
/// </summary>
internal sealed class TierMetrics
{
    public TierMetrics(EdgeMetrics metrics, MemoryTier memory, LogTier? log = null)
    {
        var make = metrics.Make;
        List<Action> reads = [];
        Gauge("memory_leases", "Objects of the RAM tier being read.", () => memory.Statistics.Leases);
        Gauge("memory_metadata_bytes", "Bytes of bookkeeping that count towards the limit of the RAM tier.",
            () => memory.Statistics.MetadataBytes);
        Gauge("memory_borrowed_bytes", "Bytes that fills have borrowed outside the RAM tier.",
            () => memory.Statistics.BorrowedBytes);
        Counter("memory_evictions", "Objects that went from RAM for others.", () => memory.Statistics.Evicted);
        Counter("memory_promotions", "Objects that earned the main queue by hits.",
            () => memory.Statistics.Promoted);
        Counter("memory_ghost_hits", "Objects that went to the main queue because their key was remembered.",
            () => memory.Statistics.GhostHits);
        Counter("memory_no_room", "Times that every byte of RAM was in use.", () => memory.Statistics.NoRoom);
        if (log is not null)
        {
            Gauge("log_queue_bytes", "Bytes that wait to be written.", () => log.Statistics.QueuedBytes);
            Counter("log_checksum_misses", "Records of the log tier whose checksum was wrong.",
                () => log.Statistics.ChecksumMisses);
            Counter("log_lost_chunks", "Chunks that were gone though their object was there.",
                () => log.Statistics.LostChunks);
            Counter("log_dropped", "Objects not written because queue or disk was full.",
                () => log.Statistics.Dropped);
            Counter("log_busy", "Reads given up because no session was free.", () => log.Statistics.Busy);
            Counter("log_failures", "Operations of the log tier that ended in an exception.",
                () => log.Statistics.Failures);
            Counter("log_segments_evicted", "Segments given up for the limit.",
                () => log.Statistics.SegmentsEvicted);
            Counter("log_reinserted", "Records carried over from a segment given up.",
                () => log.Statistics.Reinserted);
            Counter("log_checkpoints", "Checkpoints taken.", () => log.Statistics.Checkpoints);
        }
        metrics.Registry.AddBeforeCollectCallback(() => reads.ForEach(read => read()));

        void Gauge(string name, string help, Func<long> value)
        {
            var gauge = make.CreateGauge("flickr_edge_" + name, help);
            reads.Add(() => gauge.Set(value()));
        }

        void Counter(string name, string help, Func<long> value)
        {
            var counter = make.CreateCounter("flickr_edge_" + name + "_total", help);
            reads.Add(() => counter.IncTo(value()));
        }
    }
}
