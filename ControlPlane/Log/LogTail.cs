using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Members;
using Flickr.Fleet.Streaming;
using Flickr.Listening;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Log;

/// <summary>
/// The log's end as this process sees it, read once for all streams: on every signal, and each second for the
/// heartbeat.
/// A heartbeat is made only from a read that succeeded, with the clock from before the read: a control plane
/// that lost its
/// database falls silent, and its edges fall back to their bounds.
/// </summary>
internal sealed class LogTail(Database database, LogSignals signals, RoleKeys keys, Authority authority,
    NodeIdentity identity,
    IOptions<LogOptions> options,
    ControlPlaneMetrics metrics, ILogger<LogTail> logger, TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(1);
    private volatile TailView _view = TailView.Nothing;
    private volatile TaskCompletionSource _changed = NewSignal();

    /// <summary>The latest view.</summary>
    public TailView View => _view;

    /// <summary>Completes when another view is there. Take it before reading <see cref="View"/>.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Whether the last heartbeat is young: for readiness.</summary>
    public bool IsAlive =>
        _view.Beat is { } beat
            && time.GetUtcNow().ToUnixTimeMilliseconds() - beat.TimeMs < 5 * HeartbeatEvery.TotalMilliseconds;

    /// <summary>A heartbeat of a state that was read at <paramref name="timeMs"/> or later.</summary>
    public HeartbeatEvent Sign(LogState state, long timeMs, bool isForMember) => isForMember
        ? authority.SignHeartbeat(state.Term, state.Head, timeMs)
        : HeartbeatEvent.Sign(state.Term, state.Head, timeMs, keys.EdgeKey);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var nextBeat = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var signal = signals.Changed;
            try
            {
                var isBeat = time.GetElapsedTime(nextBeat) >= TimeSpan.Zero;
                await LookAsync(isBeat, stoppingToken);
                if (isBeat)
                {
                    nextBeat = time.GetTimestamp() + (long)(HeartbeatEvery.TotalSeconds * time.TimestampFrequency);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                metrics.HeartbeatMissed();
                logger.HeartbeatMissed(fault);
            }
            var wait = -time.GetElapsedTime(nextBeat);
            using var due = new CancellationTokenSource(wait > TimeSpan.Zero ? wait
                : HeartbeatEvery / 4, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stoppingToken);
            await signal.WaitAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(bool isBeat, CancellationToken cancellationToken)
    {
        var view = _view;
        var timeMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (state, fresh) = await database.ReadAsync(async session =>
        {
            var now = await InvalidationLog.StateAsync(session);
            var after = Math.Max(view.Head, now.Head - options.Value.RecentMax);
            var entries = now.Head > view.Head
                ? await InvalidationLog.AfterAsync(session, after, options.Value.RecentMax)
                : [];
            return (now, entries);
        }, cancellationToken);
        metrics.SeeLog(state);
        if (fresh.Count > 0)
        {
            await SeeRemovalsAsync(view.Head, state.Head, fresh, cancellationToken);
        }
        var next = view.With(state, [.. fresh.Select(entry => entry.ToWire())], options.Value.RecentMax);
        if (isBeat)
        {
            next = next with
            {
                Beat = Sign(state, timeMs, isForMember: false),
                MemberBeat = Sign(state, timeMs, isForMember: true),
            };
        }
        if (!ReferenceEquals(next, view))
        {
            _view = next;
            Interlocked.Exchange(ref _changed!, NewSignal()).TrySetResult();
        }
    }

    /// <summary>Whom another control plane removed is refused here before any stream hears of it.</summary>
    private async Task SeeRemovalsAsync(long before, long head, IReadOnlyList<LogEntry> fresh,
        CancellationToken cancellationToken)
    {
        if (fresh[0].Sequence > before + 1)
        {
            var page = await MemberEndpoints.ReadAsync(database, before, cancellationToken);
            identity.Removed.Add(page.Sequence, page.Removed);
            return;
        }
        identity.Removed.Add(head, [.. fresh.Where(entry => entry.Kind == "member").Select(entry => entry.Value)]);
    }

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
