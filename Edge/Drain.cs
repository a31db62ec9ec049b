using Flickr.Fleet.Streaming;
using Microsoft.Extensions.Options;

namespace Flickr.Edge;

/// <summary>
/// Whether the edge is ready, and how it stops: readiness goes at the order to stop, open requests finish, at
/// most <c>Edge:DrainTimeout</c> (which is the host's limit).
/// </summary>
internal sealed class Drain
{
    private readonly ControlPlaneStream? _stream;
    private volatile bool _isStopping;

    public Drain(IHostApplicationLifetime lifetime, EdgeMetrics metrics, IOptions<EdgeOptions> options,
        ILogger<Drain> log,
        ControlPlaneStream? stream = null)
    {
        _stream = stream;
        lifetime.ApplicationStopping.Register(() =>
        {
            _isStopping = true;
            EdgeLog.Draining(log, metrics.Open, options.Value.DrainTimeout);
        });
    }

    /// <summary>Not stopping, and synchronised with the control plane when there is one.</summary>
    public bool IsReady => !_isStopping && _stream is not { Status.IsSynchronised: false };
}
