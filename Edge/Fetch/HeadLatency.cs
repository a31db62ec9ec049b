namespace Flickr.Edge.Fetch;

/// <summary>
/// Estimates the 95th percentile of the time to a head, without keeping samples: every sample above moves the
/// estimate up by 19 parts, every one below down by one part, so that it rests where 95 of 100 are below.
/// Thread-safe enough: a lost update is one sample less.
/// </summary>
internal sealed class HeadLatency
{
    private const int SamplesMin = 20;
    private double _estimateMs;
    private int _samples;

    /// <summary>The estimate; null before there are 20 samples.</summary>
    public TimeSpan? P95 => _samples < SamplesMin ? null
        : TimeSpan.FromMilliseconds(Volatile.Read(ref _estimateMs));

    /// <summary>Takes a sample.</summary>
    public void Add(TimeSpan took)
    {
        var sample = took.TotalMilliseconds;
        var estimate = Volatile.Read(ref _estimateMs);
        // The first samples set the scale; after them a step is 1 % of the estimate.
        var next = _samples < SamplesMin
            ? Math.Max(estimate, sample)
            : estimate + (sample > estimate ? 0.19 : -0.01) * Math.Max(estimate, 0.1) * 0.2;
        Volatile.Write(ref _estimateMs, next);
        Interlocked.Increment(ref _samples);
    }
}
