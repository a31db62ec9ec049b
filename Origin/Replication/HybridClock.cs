namespace Flickr.Origin.Replication;

/// <summary>
/// Generations for writers that give none: milliseconds of the wall clock, but never the same or a lower number twice on one
/// node. It orders nothing by itself; the coordinator also goes above the newest generation a quorum knows.
/// </summary>
internal sealed class HybridClock(TimeProvider time)
{
    private long _last;

    public long Next()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _last);
            var next = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }
}
