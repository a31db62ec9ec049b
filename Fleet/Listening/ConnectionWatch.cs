using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>
/// Looks at all open connections once a second: ends those that take their answers too slowly and HTTP/2 ones without a
/// request, and looks at the memory.
/// </summary>
internal sealed class ConnectionWatch(ConnectionGuard guard, MemoryCeiling memory, IOptions<ListenerOptions> options,
    ListenerMetrics metrics, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly HashSet<TrackedConnection> _asked = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        while (await Ticks.NextAsync(timer, stoppingToken))
        {
            memory.Look();
            Look();
        }
    }

    /// <summary>One look at all connections.</summary>
    internal void Look()
    {
        var now = time.GetTimestamp();
        var window = InTicks(options.Value.SlowReaderTime);
        var bytesMin = (long)(options.Value.SlowReaderTime.TotalSeconds * options.Value.AnswerBytesPerSecondMin);
        var idleBound = now - InTicks(options.Value.Http2IdleMax);
        foreach (var tracked in guard.Open)
        {
            if (tracked.IsSlow(now, window, bytesMin))
            {
                metrics.Cut("slow");
                tracked.Connection.Abort(new ConnectionAbortedException("the client takes its answer too slowly"));
            }
            else if (tracked.IsIdleSince(idleBound))
            {
                Close(tracked);
            }
        }
        _asked.RemoveWhere(tracked => tracked.Connection.ConnectionClosed.IsCancellationRequested);
    }

    /// <summary>First asked to go (GOAWAY), at the next look cut.</summary>
    private void Close(TrackedConnection tracked)
    {
        if (_asked.Add(tracked)
            && tracked.Connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            metrics.Cut("idle");
            lifetime.RequestClose();
            return;
        }
        tracked.Connection.Abort(new ConnectionAbortedException("no request on the connection"));
    }

    private long InTicks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
