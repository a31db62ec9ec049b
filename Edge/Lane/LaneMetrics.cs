using Flickr.Edge.Lane.Loop;

namespace Flickr.Edge.Lane;

/// <summary>Series of the loops, read off when <c>/metrics</c> is asked.</summary>
internal sealed class LaneMetrics
{
    public LaneMetrics(EdgeMetrics metrics, LoopLimits limits)
    {
        var connections = metrics.Make.CreateGauge("flickr_edge_loop_connections",
            "Connections in the loops of the public listener.");
        var slow = metrics.Make.CreateGauge("flickr_edge_lane_slow_answers",
            "Answers of the lane whose client has not taken them whole yet.");
        metrics.Registry.AddBeforeCollectCallback(() =>
        {
            connections.Set(limits.Connections);
            slow.Set(limits.Slow);
        });
    }
}
