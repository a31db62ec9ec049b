using Flickr.Edge.Collapse;
using Flickr.Edge.Freshness;
using Flickr.Edge.Gate;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Tokens;
using Prometheus;

namespace Flickr.Edge;

/// <summary>
/// All series of the edge over a registry of its own: several edges may live in one process.
/// </summary>
internal sealed class EdgeMetrics
{
    private readonly Counter.Child[] _requests;
    private readonly Histogram.Child[] _seconds;
    private readonly Counter _sentBytes, _fetches, _fetchRetries, _fills, _resumes, _overtaken,
        _revalidations, _stored,
        _notRefreshed, _errorsShared, _collapsed, _aborted, _waitedTooLong, _hedges;
    private readonly Counter.Child[] _fetchFailures, _fillFailures, _uncacheable, _gateRefusals;
    private readonly Counter _reloads, _purges, _verdicts;
    private readonly Counter.Child?[] _verdictChildren =
        new Counter.Child?[Enum.GetValues<TokenVerdict>().Length];
    private readonly Counter _laneHits, _laneHandovers;
    private readonly Gauge _inFlight, _open;
    private readonly int _outcomeCount = Enum.GetValues<AnswerOutcome>().Length;

    public EdgeMetrics()
    {
        var make = Metrics.WithCustomRegistry(Registry);
        var requests = make.CreateCounter("flickr_edge_requests_total",
            "Requests answered, by class and outcome.", "class", "outcome");
        var seconds = make.CreateHistogram("flickr_edge_request_seconds",
            "From the head of a request to the last byte handed over.",
            new HistogramConfiguration
            {
                LabelNames = ["class"],
                Buckets = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
                    30],
            });
        var classes = Enum.GetValues<ObjectClass>();
        var outcomes = Enum.GetValues<AnswerOutcome>();
        _requests = [.. classes.SelectMany(kind =>
            outcomes.Select(outcome => requests.WithLabels(Name(kind), Name(outcome))))];
        _seconds = [.. classes.Select(kind => seconds.WithLabels(Name(kind)))];
        _sentBytes = make.CreateCounter("flickr_edge_sent_bytes_total", "Body bytes handed to clients.");
        _aborted = make.CreateCounter("flickr_edge_aborts_total",
            "Answers cut on purpose because their body could not be finished.");
        _collapsed = make.CreateCounter("flickr_edge_collapsed_total",
            "Requests that joined a fill another one had begun.");
        _waitedTooLong = make.CreateCounter("flickr_edge_waits_given_up_total",
            "Requests that waited too long for a fill's head.");
        _fetches = make.CreateCounter("flickr_edge_fetches_total", "Requests sent to replicas.");
        _fetchRetries = make.CreateCounter("flickr_edge_fetch_retries_total",
            "Of these, sent to another replica after a failure.");
        _hedges = make.CreateCounter("flickr_edge_fetch_hedges_total",
            "Second replicas asked because the first was slow.");
        _fetchFailures = Children<FillFault>(make.CreateCounter("flickr_edge_fetch_failures_total",
            "Requests to replicas that brought no head.", "fault"));
        _fills = make.CreateCounter("flickr_edge_fills_total", "Fills begun.");
        _inFlight = make.CreateGauge("flickr_edge_fills_in_flight", "Fills on their way.");
        _fillFailures = Children<FillFault>(make.CreateCounter("flickr_edge_fill_failures_total",
            "Fills that ended without all their bytes.", "fault"));
        _resumes = make.CreateCounter("flickr_edge_fill_resumes_total",
            "Bodies that broke and were continued from a replica.");
        _overtaken = make.CreateCounter("flickr_edge_fills_overtaken_total",
            "Fills not stored because a purge came meanwhile.");
        _revalidations = make.CreateCounter("flickr_edge_revalidations_total",
            "Stored objects renewed by a 304.");
        _notRefreshed = make.CreateCounter("flickr_edge_refreshes_lost_total",
            "Renewed objects whose new head found no room.");
        _stored = make.CreateCounter("flickr_edge_stored_total", "Objects stored after a fill.");
        _errorsShared = make.CreateCounter("flickr_edge_errors_shared_total",
            "Upstream errors shared with all who waited.");
        _uncacheable = Children<NoStoreReason>(make.CreateCounter("flickr_edge_uncacheable_total",
            "Fills whose answer could not be stored.", "reason"));
        _gateRefusals = Children<GateRefusal>(make.CreateCounter("flickr_edge_gate_refusals_total",
            "Requests refused as bytes, before they were parsed.", "reason"));
        _reloads = make.CreateCounter("flickr_edge_site_reloads_total", "Reloads of the sites.", "result");
        _purges = make.CreateCounter("flickr_edge_invalidations_total", "Invalidations applied.", "kind");
        _verdicts = make.CreateCounter("flickr_edge_token_verdicts_total", "Tokens judged.", "verdict");
        (_laneHits, _laneHandovers) = LaneCounters(make);
        _open = make.CreateGauge("flickr_edge_requests_open", "Requests being answered.");
        Make = make;
    }

    private static (Counter Hits, Counter Handovers) LaneCounters(MetricFactory make) => (
        make.CreateCounter("flickr_edge_lane_hits_total", "Of the requests answered, by the hit lane."),
        make.CreateCounter("flickr_edge_lane_handovers_total",
            "Of these, whose client did not take the whole answer at once."));

    /// <summary>What <c>/metrics</c> shows.</summary>
    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    /// <summary>For gauges that are read off their owner when <c>/metrics</c> is asked.</summary>
    public MetricFactory Make { get; }

    /// <summary>Requests being answered.</summary>
    public int Open => (int)_open.Value;

    public void Opened() => _open.Inc();

    public void Answered(ObjectClass kind, AnswerOutcome outcome, TimeSpan took, long bytes)
    {
        _open.Dec();
        _requests[((int)kind * _outcomeCount) + (int)outcome].Inc();
        _seconds[(int)kind].Observe(took.TotalSeconds);
        _sentBytes.Inc(bytes);
    }

    public void Judged(TokenVerdict verdict) =>
        (_verdictChildren[(int)verdict] ??= _verdicts.WithLabels(Name(verdict))).Inc();

    /// <summary>The lane answered; it counts as a request besides.</summary>
    public void LaneHit() => _laneHits.Inc();

    public void LaneHandedOver() => _laneHandovers.Inc();

    public void Aborted() => _aborted.Inc();

    public void WaitedTooLong() => _waitedTooLong.Inc();

    public void Collapsed() => _collapsed.Inc();

    public void Fetched() => _fetches.Inc();

    public void Hedged() => _hedges.Inc();

    public void FetchRetried() => _fetchRetries.Inc();

    public void FetchFailed(FillFault fault) => _fetchFailures[(int)fault].Inc();

    public void FillStarted()
    {
        _fills.Inc();
        _inFlight.Inc();
    }

    public void FillEnded() => _inFlight.Dec();

    public void FillFailed(FillFault fault) => _fillFailures[(int)fault].Inc();

    public void FillResumed() => _resumes.Inc();

    public void FillOvertaken() => _overtaken.Inc();

    public void Revalidated() => _revalidations.Inc();

    public void NotRefreshed() => _notRefreshed.Inc();

    public void Stored() => _stored.Inc();

    public void ErrorShared() => _errorsShared.Inc();

    public void Uncacheable(NoStoreReason reason) => _uncacheable[(int)reason].Inc();

    public void GateRefused(GateRefusal reason) => _gateRefusals[(int)reason].Inc();

    public void Reloaded(bool isTaken) => _reloads.WithLabels(isTaken ? "taken" : "refused").Inc();

    public void Invalidated(string kind) => _purges.WithLabels(kind).Inc();

    private static Counter.Child[] Children<T>(Counter counter)
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => counter.WithLabels(Name(value)))];

    /// <summary><c>HeadTimeout</c> becomes <c>head_timeout</c>.</summary>
    private static string Name<T>(T value)
        where T : struct, Enum => string.Concat(value.ToString().Select(
            (letter, at) => char.IsUpper(letter) ? (at > 0 ? "_" : "") + char.ToLowerInvariant(letter)
                : letter.ToString()));
}
