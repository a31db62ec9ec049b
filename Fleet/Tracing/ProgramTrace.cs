using System.Diagnostics;

namespace Flickr.Tracing;

/// <summary>
/// The source of a program's spans. Each host has one of its own name, because several hosts may live in one process and
/// listeners are process-wide. Thread-safe.
/// </summary>
internal sealed class ProgramTrace : IDisposable
{
    /// <summary>Makes the source of a program.</summary>
    /// <param name="program">Section of the program's settings, e.g. <c>Edge</c>.</param>
    public ProgramTrace(string program)
    {
        Program = program;
        Source = new ActivitySource($"Flickr.{program}.{Guid.NewGuid():n}");
    }

    /// <summary>Which program.</summary>
    public string Program { get; }

    /// <summary>The source; also that of the server's own span of each request.</summary>
    public ActivitySource Source { get; }

    /// <summary>Begins a span below the current one; null while nobody listens.</summary>
    public Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>Begins a span below one that was written down as a <c>traceparent</c>; null while nobody listens.</summary>
    public Activity? BeginUnder(string name, string? traceParent) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Source.StartActivity(name, ActivityKind.Consumer, parent) : Source.StartActivity(name, ActivityKind.Consumer);

    /// <summary>The current span as a <c>traceparent</c>, to be written down or sent; null without one that is kept.</summary>
    public static string? Current => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } now ? now.Id : null;

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
