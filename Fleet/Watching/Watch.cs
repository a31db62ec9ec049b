using System.Text;
using Flickr.Listening;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Watching;

/// <summary>What an alert is now.</summary>
/// <param name="Name">Name of the rule.</param>
/// <param name="Severity"><c>page</c> or <c>warn</c>.</param>
/// <param name="Summary">What is wrong.</param>
/// <param name="State"><c>ok</c>, <c>pending</c> or <c>firing</c>.</param>
/// <param name="Since">Since when it is so.</param>
/// <param name="Value">The figure; null when it cannot be said.</param>
internal sealed record AlertNow(string Name, string Severity, string Summary, string State, DateTimeOffset Since, double? Value);

/// <summary>
/// Looks at the program's metrics in the interval, keeps them for charts, judges the rules and hands on what began and
/// ended. A figure that cannot be said leaves an alert as it is. Thread-safe.
/// </summary>
internal sealed class Watch(IOptions<WatchOptions> options, ListenerName name, Func<CollectorRegistry> registry,
    AlertNotices notices, TimeProvider time) : BackgroundService
{
    private readonly Lock _lock = new();
    private readonly SampleHistory _history = new(options.Value.SamplesMax);
    private readonly IReadOnlyList<AlertRule> _rules = AlertRules.Of(name.Section);
    private readonly IReadOnlyList<Chart> _charts = AlertRules.Charts(name.Section);
    private readonly Dictionary<string, AlertNow> _alerts = AlertRules.Of(name.Section).ToDictionary(rule => rule.Name,
        rule => new AlertNow(rule.Name, rule.Severity, rule.Summary, "ok", time.GetUtcNow(), null), StringComparer.Ordinal);

    /// <summary>Every alert as it is now, firing ones first.</summary>
    public IReadOnlyList<AlertNow> Alerts()
    {
        lock (_lock)
        {
            return [.. _alerts.Values.OrderByDescending(alert => alert.State == "firing")
                .ThenByDescending(alert => alert.State == "pending").ThenBy(alert => alert.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>The points of every chart: seconds since 1970 and the figure.</summary>
    public IReadOnlyList<(Chart Chart, IReadOnlyList<(long At, double Value)> Points)> Charts()
    {
        lock (_lock)
        {
            return [.. _charts.Select(chart => (chart, (IReadOnlyList<(long, double)>)PointsOf(chart)))];
        }
    }

    /// <summary>One look.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        await registry().CollectAndExportAsTextAsync(text, cancellationToken);
        Judge(Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length));
    }

    /// <summary>Takes a sample and judges the rules by it.</summary>
    internal void Judge(string exposition)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _history.Add(now, exposition);
            foreach (var rule in _rules)
            {
                Judge(rule, now);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        while (await Ticks.NextAsync(timer, stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                notices.LookFailed(fault); // a gauge that cannot be read now must not end the watch
            }
        }
    }

    private void Judge(AlertRule rule, DateTimeOffset now)
    {
        var value = rule.Value(_history, _history.Count - 1);
        if (value is null)
        {
            return;
        }
        var was = _alerts[rule.Name];
        var isWrong = rule.IsWrong(value);
        var next = was with { Value = value };
        if (!isWrong && was.State != "ok")
        {
            next = next with { State = "ok", Since = now };
        }
        else if (isWrong && was.State == "ok")
        {
            next = next with { State = "pending", Since = now };
        }
        if (next.State == "pending" && now - next.Since >= rule.For)
        {
            next = next with { State = "firing", Since = now };
        }
        _alerts[rule.Name] = next;
        if (next.State != was.State && (next.State == "firing" || was.State == "firing"))
        {
            notices.Changed(next);
        }
    }

    private List<(long, double)> PointsOf(Chart chart)
    {
        var points = new List<(long, double)>(_history.Count);
        for (var at = 0; at < _history.Count; at++)
        {
            if (chart.Value(_history, at) is { } value && double.IsFinite(value))
            {
                points.Add((_history.TimeOf(at).ToUnixTimeSeconds(), value));
            }
        }
        return points;
    }
}
