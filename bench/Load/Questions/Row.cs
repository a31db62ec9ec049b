using Flickr.Load.Generator;

namespace Flickr.Load.Questions;

/// <summary>The rounds of one server.</summary>
internal sealed class Row(string name, string version)
{
    private readonly List<double> _perSecond = [];
    private readonly List<double> _processorMicroseconds = [];
    private readonly List<double> _p99 = [];

    public string Name { get; } = name;

    public string Version { get; } = version;

    public IReadOnlyList<double> PerSecond => _perSecond;

    public double Median => MedianOf(_perSecond);

    public double Least => _perSecond.Min();

    public double Most => _perSecond.Max();

    public double ProcessorMicroseconds => MedianOf(_processorMicroseconds);

    public double P99Milliseconds => MedianOf(_p99);

    public void Add(LoadSeen seen, TimeSpan processor)
    {
        _perSecond.Add(seen.PerSecond);
        _processorMicroseconds.Add(processor.TotalMicroseconds / seen.Requests);
        _p99.Add(seen.QuantileMilliseconds(0.99));
    }

    /// <summary>Median of the ratios round by round, so that a slow moment of the machine hits both.</summary>
    public double RatioTo(Row other) => MedianOf([.. _perSecond.Zip(other._perSecond, (ours, theirs) => ours / theirs)]);

    /// <summary>The ratios round by round.</summary>
    public IReadOnlyList<double> RatiosTo(Row other) =>
        [.. _perSecond.Zip(other._perSecond, (ours, theirs) => ours / theirs)];

    private static double MedianOf(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
