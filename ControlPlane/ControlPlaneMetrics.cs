using Flickr.ControlPlane.Log;
using Prometheus;

namespace Flickr.ControlPlane;

/// <summary>All series of the control plane, in a registry of its own.</summary>
internal sealed class ControlPlaneMetrics
{
    private readonly Counter _appended;
    private readonly Counter _refused;
    private readonly Counter _acknowledged;
    private readonly Histogram _acknowledgeSeconds;
    private readonly Counter _joined;
    private readonly Counter _heartbeatsMissed;
    private readonly Counter _edgesAhead;
    private readonly Gauge _streams;
    private readonly Gauge _head;
    private readonly Gauge _term;
    private readonly Gauge _keysVersion;
    private int _open;

    public ControlPlaneMetrics()
    {
        var make = Metrics.WithCustomRegistry(Registry);
        _appended = make.CreateCounter("flickr_controlplane_invalidations_total",
            "Invalidations appended here; moves when one is committed.", "kind");
        _refused = make.CreateCounter("flickr_controlplane_refused_total",
            "Calls refused at the gate; moves when a key is missing, wrong, or of another role.", "reason");
        _acknowledged = make.CreateCounter("flickr_controlplane_acknowledgements_total",
            "Acknowledgements of invalidations; moves when one that reaches a recent entry is committed.");
        _acknowledgeSeconds = make.CreateHistogram("flickr_controlplane_acknowledge_seconds",
            "From the commit of an invalidation to an edge's committed acknowledgement.",
            new HistogramConfiguration { Buckets = [.005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 30, 120] });
        _joined = make.CreateCounter("flickr_controlplane_joins_total",
            "Nodes taken in as members; moves when a join token is used.");
        _heartbeatsMissed = make.CreateCounter("flickr_controlplane_heartbeats_missed_total",
            "Heartbeats not sent; moves when the database could not be read.");
        _edgesAhead = make.CreateCounter("flickr_controlplane_edges_ahead_total",
            "Edges that had applied more than this log holds; moves when the database is an old copy.");
        _streams = make.CreateGauge("flickr_controlplane_streams", "Streams open here.");
        _head = make.CreateGauge("flickr_controlplane_log_head", "Last sequence of the log.");
        _term = make.CreateGauge("flickr_controlplane_term", "Term of the log.");
        _keysVersion = make.CreateGauge("flickr_controlplane_keys_version", "Version of the verify bundle.");
        foreach (var reason in (string[])["key", "role", "certificate", "join", "sign-in", "form"])
        {
            _refused.WithLabels(reason);
        }
    }

    /// <summary>The registry behind <c>/metrics</c>.</summary>
    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    /// <summary>Streams open here.</summary>
    public int Streams => Volatile.Read(ref _open);

    public void Appended(string kind) => _appended.WithLabels(kind).Inc();

    public void Refused(string reason) => _refused.WithLabels(reason).Inc();

    public void Acknowledged(long milliseconds)
    {
        _acknowledged.Inc();
        _acknowledgeSeconds.Observe(Math.Max(0, milliseconds) / 1000.0);
    }

    public void Joined() => _joined.Inc();

    public void HeartbeatMissed() => _heartbeatsMissed.Inc();

    public void EdgeAhead() => _edgesAhead.Inc();

    public void StreamOpened() => _streams.Set(Interlocked.Increment(ref _open));

    public void StreamClosed() => _streams.Set(Interlocked.Decrement(ref _open));

    public void SeeLog(LogState state)
    {
        _head.Set(state.Head);
        _term.Set(state.Term);
        _keysVersion.Set(state.KeysVersion);
    }
}
