using Prometheus;

namespace Flickr.Origin.Http;

/// <summary>
/// How many bytes of bodies may be under way at once. One body larger than the whole budget is let in alone. Thread-safe.
/// </summary>
internal sealed class ByteBudget(long bytesMax, Gauge? gauge = null)
{
    private readonly Gauge? _gauge = gauge;
    private long _admitted;

    public long Admitted => Interlocked.Read(ref _admitted);

    /// <summary>Null when there is no room: tell the caller to come back. Disposing gives the bytes back.</summary>
    public IDisposable? TryAdmit(long bytes)
    {
        var after = Interlocked.Add(ref _admitted, bytes);
        if (after > bytesMax && after != bytes)
        {
            Interlocked.Add(ref _admitted, -bytes);
            return null;
        }
        _gauge?.Inc(bytes);
        return new Admission(this, bytes);
    }

    private sealed class Admission(ByteBudget budget, long bytes) : IDisposable
    {
        private int _returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                Interlocked.Add(ref budget._admitted, -bytes);
                budget._gauge?.Dec(bytes);
            }
        }
    }
}
