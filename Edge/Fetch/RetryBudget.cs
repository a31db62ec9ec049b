using Microsoft.Extensions.Options;

namespace Flickr.Edge.Fetch;

/// <summary>
/// Keeps extra requests (retries, resumes) a share of first requests, so that a failing upstream is not
/// buried under repeats. A token bucket: every first request puts in a share, every extra one takes one out;
/// a reserve is there from the start.
/// </summary>
internal sealed class RetryBudget(IOptions<FetchOptions> options)
{
    private const long One = 1_000_000;
    private long _tokens = options.Value.RetryReserve * One;

    /// <summary>A first request goes out.</summary>
    public void CountFirst()
    {
        var full = Math.Max(1, options.Value.RetryReserve) * One;
        var share = (long)(options.Value.RetryShare * One);
        if (Interlocked.Add(ref _tokens, share) > full)
        {
            Interlocked.Add(ref _tokens, -share);
        }
    }

    /// <summary>Whether one extra request may go out.</summary>
    public bool TryTake()
    {
        if (Interlocked.Add(ref _tokens, -One) >= 0)
        {
            return true;
        }
        Interlocked.Add(ref _tokens, One);
        return false;
    }
}
