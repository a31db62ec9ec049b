using Prometheus;

namespace Flickr.Edge.Access;

/// <summary>Series of tokens that were not looked at, in the edge's registry.</summary>
internal sealed class DoorMetrics
{
    private readonly Counter _outOfBudget, _laneFull;

    public DoorMetrics(EdgeMetrics edge, SignatureLane lane)
    {
        _outOfBudget = edge.Make.CreateCounter("flickr_edge_tokens_throttled_total",
            "Tokens not looked at because their source had shown too many forged ones.");
        _laneFull = edge.Make.CreateCounter("flickr_edge_signature_lane_full_total",
            "Tokens not looked at because too many waited for their signature.");
        var waiting = edge.Make.CreateGauge("flickr_edge_signatures_waiting", "Tokens that wait for their signature.");
        edge.Registry.AddBeforeCollectCallback(() => waiting.Set(lane.Waiting));
    }

    public void OutOfBudget() => _outOfBudget.Inc();

    public void LaneFull() => _laneFull.Inc();
}
