namespace Flickr.Edge.Cache.Memory;

/// <summary>Where a node of <see cref="S3Fifo"/> stands.</summary>
internal enum S3FifoQueue : byte
{
    None,
    Small,
    Main,
}

/// <summary>
/// What <see cref="S3Fifo"/> knows of one object: a link of its queues. The queues belong to one lock; <see
/// cref="Touch"/> alone may be called by anybody at any time.
/// </summary>
internal class S3FifoNode(CacheKey key)
{
    private const int HitsMax = 3;
    private int _hits;

    public CacheKey Key { get; } = key;

    /// <summary>
    /// Bytes the object costs, bookkeeping included. Once it is in a queue, only the queue changes it.
    /// </summary>
    public long ChargeBytes { get; set; }

    public S3FifoQueue Queue { get; internal set; }

    /// <summary>Hits since the object entered its queue, at most three. Lost updates are harmless.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>True while somebody reads the object: removing it would free no memory.</summary>
    public virtual bool IsPinned => false;

    internal S3FifoNode? Newer { get; set; }

    internal S3FifoNode? Older { get; set; }

    /// <summary>
    /// Counts a hit. Once the count is full this only reads, so a hot object's line is not fought over.
    /// </summary>
    public void Touch()
    {
        var hits = Volatile.Read(ref _hits);
        if (hits < HitsMax)
        {
            Volatile.Write(ref _hits, hits + 1);
        }
    }

    internal void SetHits(int hits) => Volatile.Write(ref _hits, hits);
}
