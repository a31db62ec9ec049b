using Prometheus;

namespace Flickr.Listening;

/// <summary>Series of the listeners, in the program's own registry and under its name. Thread-safe.</summary>
internal sealed class ListenerMetrics
{
    private readonly Counter _reloads;
    private readonly Gauge _certificateEnd;
    private readonly Gauge _open;
    private readonly Counter _refused;
    private readonly Counter _cut;
    private readonly Counter _shed;

    public ListenerMetrics(CollectorRegistry registry, string program)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        var name = "flickr_" + program;
        _reloads = factory.CreateCounter(name + "_certificate_reloads_total",
            "Changed certificate files, by whether they were taken or refused.", "result");
        _certificateEnd = factory.CreateGauge(name + "_certificate_end_timestamp_seconds",
            "When the first certificate of the public listener ends; 0 without TLS.");
        _open = factory.CreateGauge(name + "_connections", "Open connections of the public listener.");
        _refused = factory.CreateCounter(name + "_connections_refused_total",
            "Connections closed at once: no room (full), one client has its share (client), a bad PROXY header (proxy).",
            "reason");
        _cut = factory.CreateCounter(name + "_connections_cut_total",
            "Connections ended by a rule: answers taken too slowly (slow), HTTP/2 without a request (idle).", "reason");
        _shed = factory.CreateCounter(name + "_requests_shed_total",
            "Requests turned away: memory over its ceiling (memory), one client has its share (client).", "reason");
        foreach (var reason in (string[])["full", "client", "proxy"])
        {
            _refused.WithLabels(reason);
        }
        foreach (var reason in (string[])["slow", "idle"])
        {
            _cut.WithLabels(reason);
        }
        foreach (var reason in (string[])["memory", "client"])
        {
            _shed.WithLabels(reason);
        }
    }

    public void CertificateReload(string result) => _reloads.WithLabels(result).Inc();

    public void CertificateEnds(DateTimeOffset end) => _certificateEnd.Set(end.ToUnixTimeSeconds());

    public void Opened() => _open.Inc();

    public void Closed() => _open.Dec();

    public void Refused(string reason) => _refused.WithLabels(reason).Inc();

    public void Cut(string reason) => _cut.WithLabels(reason).Inc();

    public void Shed(string reason) => _shed.WithLabels(reason).Inc();
}
