using Prometheus;

namespace Flickr.Edge.Leases;

/// <summary>Series of leases and tokens for one use, in the edge's registry.</summary>
internal sealed class LeaseMetrics
{
    private readonly Counter _granted, _waited, _refused, _superseded, _degraded, _lost;
    private readonly Counter.Child[] _once;

    public LeaseMetrics(EdgeMetrics edge, LeaseTable table)
    {
        var make = edge.Make;
        _granted = make.CreateCounter("flickr_edge_leases_total", "Originals that got a lease.");
        _waited = make.CreateCounter("flickr_edge_lease_waits_total", "Of these, after waiting for another original to end.");
        _refused = make.CreateCounter("flickr_edge_lease_refusals_total",
            "Originals refused because their viewer had others on the way.");
        _superseded = make.CreateCounter("flickr_edge_leases_superseded_total",
            "Transfers cut because the viewer asked for the same original again.");
        _degraded = make.CreateCounter("flickr_edge_lease_degraded_total",
            "Leases held on this edge alone because their home could not be reached.");
        _lost = make.CreateCounter("flickr_edge_lease_renewals_lost_total", "Renewals that did not reach their home.");
        var waiting = make.CreateGauge("flickr_edge_lease_waiting",
            "Originals that wait for their turn, of viewers whose home is this edge.");
        edge.Registry.AddBeforeCollectCallback(() => waiting.Set(table.Waiting));
        var once = make.CreateCounter("flickr_edge_once_total", "Tokens for one use, by what their home said.", "verdict");
        _once = [.. Enum.GetValues<OnceVerdict>().Select(verdict => once.WithLabels(Name(verdict)))];
    }

    public void Granted(bool hasWaited)
    {
        _granted.Inc();
        if (hasWaited)
        {
            _waited.Inc();
        }
    }

    public void Refused() => _refused.Inc();

    public void Superseded() => _superseded.Inc();

    public void Degraded() => _degraded.Inc();

    public void RenewalLost() => _lost.Inc();

    public void Once(OnceVerdict verdict) => _once[(int)verdict].Inc();

    private static string Name(OnceVerdict verdict) =>
        verdict == OnceVerdict.SameUse ? "same_use" : verdict.ToString().ToLowerInvariant();
}
