using Prometheus;

namespace Flickr.Edge.Peers;

/// <summary>Series of what edges ask each other, in the edge's registry.</summary>
internal sealed class PeerMetrics
{
    private readonly Counter _asks, _replies, _keptOut, _hot, _passedOver;
    private readonly Counter.Child[] _askResults, _replyResults;

    public PeerMetrics(EdgeMetrics edge, PeerMap map, HotKeys hotKeys)
    {
        var make = edge.Make;
        _asks = make.CreateCounter("flickr_edge_peer_asks_total", "Objects asked of the edge that owns them.", "result");
        _replies = make.CreateCounter("flickr_edge_peer_replies_total", "Asks of other edges answered.", "result");
        _askResults = [.. Enum.GetValues<PeerAskResult>().Select(result => _asks.WithLabels(Name(result)))];
        _replyResults = [.. Enum.GetValues<PeerReplyResult>().Select(result => _replies.WithLabels(Name(result)))];
        _keptOut = make.CreateCounter("flickr_edge_peer_unkept_total",
            "Objects of other edges sent to clients and not kept, for they were not asked for often enough.");
        _hot = make.CreateCounter("flickr_edge_peer_hot_total", "Objects kept at once because their owner called them hot.");
        _passedOver = make.CreateCounter("flickr_edge_peer_passed_over_total",
            "Owners not asked because they had more than their share of asks on the way.");
        var resting = make.CreateGauge("flickr_edge_peers_resting", "Edges not asked because they failed a moment ago.");
        var counted = make.CreateGauge("flickr_edge_peer_counted_keys", "Keys whose asks are counted.");
        edge.Registry.AddBeforeCollectCallback(() =>
        {
            resting.Set(map.Current.Nodes.Count(node => node.State.IsResting));
            counted.Set(hotKeys.Count);
        });
    }

    public void Asked(PeerAskResult result) => _askResults[(int)result].Inc();

    public void Replied(PeerReplyResult result) => _replyResults[(int)result].Inc();

    public void KeptOut() => _keptOut.Inc();

    public void KeptHot() => _hot.Inc();

    public void PassedOver() => _passedOver.Inc();

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
