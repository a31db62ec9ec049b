using System.Collections.Concurrent;
using Flickr.Edge.Fetch;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Upstream;

/// <summary>
/// The edge's own client for replicas that speak plain HTTP/1.1: strict about heads, without a copy of a body, and
/// with interim answers, which HttpClient drops. Thread-safe.
/// </summary>
internal sealed class WireClients : IDisposable
{
    private readonly ConcurrentDictionary<string, WirePool> _pools = new(StringComparer.Ordinal);
    private readonly FetchOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;

    public WireClients(IOptions<FetchOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _sweep = time.CreateTimer(_ => Sweep(), null, _options.IdleTimeout, _options.IdleTimeout);
    }

    /// <summary>The connections to a replica, or null when its address is not of plain HTTP.</summary>
    /// <param name="address">Address of the replica, as YARP holds it.</param>
    public WirePool? Of(string address) =>
        _pools.TryGetValue(address, out var pool) ? pool
        : address.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            ? _pools.GetOrAdd(address, added => new WirePool(new Uri(added), _options, _time))
        : null;

    public void Dispose()
    {
        _sweep.Dispose();
        foreach (var pool in _pools.Values)
        {
            pool.Dispose();
        }
    }

    private void Sweep()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Sweep();
        }
    }
}
