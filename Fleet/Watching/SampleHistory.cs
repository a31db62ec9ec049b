using System.Globalization;

namespace Flickr.Watching;

/// <summary>
/// The last values of every series of a program, and what can be asked of them. Series that come later than the bound are
/// not kept. Not thread-safe: the watch adds under its lock, readers hold it too.
/// </summary>
internal sealed class SampleHistory(int samplesMax)
{
    private const int SeriesMax = 4000;

    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<(DateTimeOffset At, double[] Values)> _samples = [];

    /// <summary>How many samples there are; the newest is the last.</summary>
    public int Count => _samples.Count;

    /// <summary>When a sample was taken.</summary>
    public DateTimeOffset TimeOf(int at) => _samples[at].At;

    /// <summary>Adds what an exposition says (Prometheus' text format).</summary>
    public void Add(DateTimeOffset at, string exposition)
    {
        var found = new List<(int Index, double Value)>();
        foreach (var line in exposition.AsSpan().EnumerateLines())
        {
            var space = line.LastIndexOf(' ');
            if (line.Length == 0 || line[0] == '#' || space < 0
                || !double.TryParse(line[(space + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                continue;
            }
            var name = line[..space].ToString();
            if (!_index.TryGetValue(name, out var index))
            {
                if (_index.Count == SeriesMax)
                {
                    continue;
                }
                _index[name] = index = _index.Count;
            }
            found.Add((index, value));
        }
        var values = new double[_index.Count];
        Array.Fill(values, double.NaN);
        found.ForEach(item => values[item.Index] = item.Value);
        _samples.Add((at, values));
        if (_samples.Count > samplesMax)
        {
            _samples.RemoveAt(0);
        }
    }

    /// <summary>Sum of the series of a name; null when there is none.</summary>
    /// <param name="at">Which sample.</param>
    /// <param name="name">Name without labels.</param>
    /// <param name="label">Text that the labels must hold, e.g. <c>outcome="hit"</c>; null for all.</param>
    public double? Sum(int at, string name, string? label = null)
    {
        double? sum = null;
        foreach (var (series, index) in Of(name, label))
        {
            if (ValueOf(at, index) is { } value)
            {
                sum = (sum ?? 0) + value;
            }
        }
        return sum;
    }

    /// <summary>Growth of a counter over a time, restarts of the program included; null without two samples.</summary>
    public double? Increase(int at, string name, TimeSpan over, string? label = null)
    {
        var from = FirstSince(at, over);
        if (from == at)
        {
            return null;
        }
        double? sum = null;
        foreach (var (_, index) in Of(name, label))
        {
            if (ValueOf(at, index) is { } now)
            {
                // A series that was not there before began at 0.
                var then = ValueOf(from, index) ?? 0;
                sum = (sum ?? 0) + (now >= then ? now - then : now);
            }
        }
        return sum;
    }

    /// <summary>Growth a second.</summary>
    public double? Rate(int at, string name, TimeSpan over, string? label = null)
    {
        var from = FirstSince(at, over);
        return Increase(at, name, over, label) / (from == at ? null : (TimeOf(at) - TimeOf(from)).TotalSeconds);
    }

    /// <summary>A quantile of a histogram over a time, as Prometheus computes it; null when nothing was observed.</summary>
    public double? Quantile(int at, string name, double quantile, TimeSpan over, string? label = null)
    {
        var buckets = new SortedDictionary<double, double>();
        var from = FirstSince(at, over);
        if (from == at)
        {
            return null;
        }
        foreach (var (series, index) in Of(name + "_bucket", label))
        {
            var bound = BoundOf(series);
            var (now, then) = (ValueOf(at, index) ?? 0, ValueOf(from, index) ?? 0);
            buckets[bound] = buckets.GetValueOrDefault(bound) + (now >= then ? now - then : now);
        }
        var total = buckets.Count > 0 ? buckets[buckets.Keys.Max()] : 0;
        if (total <= 0)
        {
            return null;
        }
        var (lower, below) = (0.0, 0.0);
        foreach (var (upper, count) in buckets)
        {
            if (count >= quantile * total)
            {
                return double.IsPositiveInfinity(upper) ? lower
                    : lower + (upper - lower) * (quantile * total - below) / Math.Max(count - below, double.Epsilon);
            }
            (lower, below) = (upper, count);
        }
        return lower;
    }

    private double? ValueOf(int at, int index) =>
        index < _samples[at].Values.Length && !double.IsNaN(_samples[at].Values[index]) ? _samples[at].Values[index] : null;

    private int FirstSince(int at, TimeSpan over)
    {
        var first = at;
        while (first > 0 && TimeOf(at) - TimeOf(first - 1) <= over)
        {
            first--;
        }
        return first;
    }

    private IEnumerable<KeyValuePair<string, int>> Of(string name, string? label) => _index.Where(series =>
        series.Key.StartsWith(name, StringComparison.Ordinal)
        && (series.Key.Length == name.Length || series.Key[name.Length] == '{')
        && (label is null || series.Key.Contains(label, StringComparison.Ordinal)));

    private static double BoundOf(string series)
    {
        var start = series.IndexOf("le=\"", StringComparison.Ordinal) + 4;
        var text = series[start..series.IndexOf('"', start)];
        return text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
    }
}
