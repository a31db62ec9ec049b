namespace Flickr.Watching;

/// <summary>Asks a figure of the samples up to one of them; null when it cannot be said.</summary>
internal delegate double? Measure(SampleHistory history, int at);

/// <summary>When something is wrong. Named like the rule of <c>ops/prometheus/alerts.yml</c> that says the same.</summary>
/// <param name="Name">Name, which is also the heading of its page in the handbook.</param>
/// <param name="Severity"><c>page</c> or <c>warn</c>.</param>
/// <param name="Summary">What is wrong, in one sentence.</param>
/// <param name="For">Time for which it must hold.</param>
/// <param name="Value">The figure that is judged.</param>
/// <param name="Bound">What the figure must not pass.</param>
/// <param name="IsBelow">Whether it is wrong below the bound instead of above.</param>
internal sealed record AlertRule(string Name, string Severity, string Summary, TimeSpan For, Measure Value, double Bound,
    bool IsBelow = false)
{
    /// <summary>Whether a figure is wrong.</summary>
    public bool IsWrong(double? value) => value is { } figure && (IsBelow ? figure < Bound : figure > Bound);
}

/// <summary>One chart of the status page.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Unit">Unit of its figures: <c>/s</c>, <c>s</c>, <c>bytes</c>, <c>ratio</c> or empty.</param>
/// <param name="Value">The figure at a sample.</param>
internal sealed record Chart(string Title, string Unit, Measure Value);
