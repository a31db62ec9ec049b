using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Log;
using Flickr.Fleet.Streaming;
using Flickr.Listening;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Edges;

/// <summary>
/// One edge's stream. Order is everything here: an entry goes out before any heartbeat that counts it, and a
/// heartbeat
/// only under a lease that is committed.
/// </summary>
internal sealed class EdgeStream(Database database, EdgeTable edges, LogTail tail,
    IOptions<StreamOptions> options,
    ControlPlaneMetrics metrics, NodeIdentity identity, LogHealing healing,
    IHostApplicationLifetime lifetime, ILogger<EdgeStream> logger, TimeProvider time)
{
    private const int ReadMax = 1000;

    /// <summary>
    /// Writes events until the edge goes away, moves to another connection, or the process stops.
    /// </summary>
    public async Task RunAsync(HttpContext context, string edge, string address, long after, long term)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        var run = new Run(edge, Guid.NewGuid().ToString("N"), context.Response.BodyWriter, both.Token)
        {
            IsMember = context.MemberOf() is not null,
            IsRefused = () => context.MemberOf() is not null && identity.MemberOf(context) is null,
        };
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        metrics.StreamOpened();
        try
        {
            run.LeaseMs = await edges.JoinAsync(edge, address, run.Connection, both.Token);
            if (await GreetAsync(run, after, term))
            {
                await FollowAsync(run);
            }
        }
        catch (Exception fault)
        {
            // The edge went, or we stop: the ordinary end. Anything else is ours, and the edge comes back by itself.
            if (!both.IsCancellationRequested && fault is not OperationCanceledException)
            {
                logger.StreamFailed(fault, edge);
                context.Abort();
            }
        }
        finally
        {
            metrics.StreamClosed();
            if (run.SentMs > 0 && !lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await LeaveAsync(run);
            }
        }
    }

    private async Task LeaveAsync(Run run)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        await edges.LeaveAsync(run.Edge, run.Connection, run.SentMs, limit.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Hello, the snapshot when it is needed, the keys' version, and a first heartbeat of this very moment.
    /// </summary>
    private async Task<bool> GreetAsync(Run run, long after, long term)
    {
        var bounds = options.Value;
        var timeMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (state, nextStart) = await database.ReadAsync(async session =>
            (await InvalidationLog.StateAsync(session), await InvalidationLog.NextTermStartAsync(session,
                term)), run.Stop);
        run.Write("hello", new HelloEvent(state.Term, state.Head, state.Oldest, nextStart,
            (long)bounds.BoundPrivate.TotalMilliseconds, (long)bounds.BoundPublic.TotalMilliseconds,
            (long)bounds.CutOff.TotalMilliseconds), StreamJson.Default.HelloEvent);
        run.Cursor = after;
        run.Term = state.Term;
        if (after > state.Head || term > state.Term || nextStart < after)
        {
            logger.EdgeIsAhead(run.Edge, after, term, state.Head, state.Term);
            metrics.EdgeAhead();
            await healing.NoteAsync(run.Edge, term, after, run.Stop);
            await run.FlushAsync();
            return false;
        }
        if (after == 0 || after < state.Oldest - 1)
        {
            await SnapshotAsync(run);
        }
        await CatchUpAsync(run, state.Head);
        run.KeysVersion = state.KeysVersion;
        run.Write("keys", new KeysEvent(state.KeysVersion), StreamJson.Default.KeysEvent);
        Beat(run, tail.Sign(state, timeMs, run.IsMember));
        await run.FlushAsync();
        return true;
    }

    private async Task FollowAsync(Run run)
    {
        while (true)
        {
            var changed = tail.Changed;
            var view = tail.View;
            if (run.IsRefused())
            {
                return; // Removed, or its certificate is past its end.
            }
            if (view.Term > run.Term)
            {
                return; // Another control plane began a term: the edge has to judge it by a new hello.
            }
            await SendAsync(run, view);
            await run.FlushAsync();
            if (!await RenewAsync(run))
            {
                return; // The edge has another connection.
            }
            await changed.WaitAsync(run.Stop);
        }
    }

    /// <summary>
    /// A heartbeat counts the log as it was when it was made, and the view may have moved on since: so first
    /// what the
    /// heartbeat counts, then the heartbeat, then the rest. Sent last it would be refused, or starve under
    /// load.
    /// </summary>
    private async Task SendAsync(Run run, TailView view)
    {
        if ((run.IsMember ? view.MemberBeat : view.Beat) is { } beat && beat.TimeMs > run.BeatMs && beat.Term == run.Term)
        {
            await CatchUpAsync(run, beat.Head, view);
            Beat(run, beat);
        }
        await CatchUpAsync(run, view.Head, view);
        if (view.KeysVersion > run.KeysVersion)
        {
            run.KeysVersion = view.KeysVersion;
            run.Write("keys", new KeysEvent(view.KeysVersion), StreamJson.Default.KeysEvent);
        }
    }

    /// <summary>
    /// A heartbeat lets the edge trust itself for the bound: never without a lease that says so on disk.
    /// </summary>
    private void Beat(Run run, HeartbeatEvent beat)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (now < run.LeaseMs && beat.Head == run.Cursor)
        {
            (run.BeatMs, run.SentMs) = (beat.TimeMs, now);
            run.Write("heartbeat", beat, StreamJson.Default.HeartbeatEvent);
        }
    }

    /// <summary>
    /// Renews beside the stream, so that no entry waits for the commit. False when the edge has moved on.
    /// </summary>
    private async Task<bool> RenewAsync(Run run)
    {
        if (run.Renewal is { IsCompleted: true } done)
        {
            run.Renewal = null;
            run.LeaseMs = await done;
        }
        var half = (long)options.Value.Lease.TotalMilliseconds / 2;
        if (run.Renewal is null && time.GetUtcNow().ToUnixTimeMilliseconds() >= run.LeaseMs - half
            && run.LeaseMs > 0)
        {
            run.Renewal = edges.RenewAsync(run.Edge, run.Connection, run.Stop);
        }
        return run.LeaseMs > 0;
    }

    private async Task CatchUpAsync(Run run, long head, TailView? view = null)
    {
        if (view?.After(run.Cursor) is { } recent)
        {
            foreach (var entry in recent)
            {
                if (entry.Sequence <= head)
                {
                    run.WriteEntry(entry);
                }
            }
            return;
        }
        while (run.Cursor < head)
        {
            var limit = (int)Math.Min(ReadMax, head - run.Cursor);
            var entries = await database.ReadAsync(
                session => InvalidationLog.AfterAsync(session, run.Cursor, limit), run.Stop);
            foreach (var entry in entries)
            {
                run.WriteEntry(entry.ToWire());
            }
            if (entries.Count == 0)
            {
                return;
            }
            await run.FlushAsync();
        }
    }

    /// <summary>
    /// The parts come from several reads, while others append: an entry that is renewed meanwhile moves to a
    /// later sequence
    /// and is sent after the snapshot, which ends at the head of the first read.
    /// </summary>
    private async Task SnapshotAsync(Run run)
    {
        var size = options.Value.SnapshotPart;
        var state = await database.ReadAsync(InvalidationLog.StateAsync, run.Stop);
        var sent = 0L;
        while (true)
        {
            var (floor, entries) = await database.ReadAsync(async session =>
                ((await InvalidationLog.StateAsync(session)).Floor,
                    await InvalidationLog.InForceAsync(session, sent, size)),
                run.Stop);
            var part = entries.TakeWhile(entry => entry.Sequence <= state.Head).ToList();
            var last = part.Count < size;
            run.Write("snapshot", new SnapshotEvent(state.Term, state.Head, floor, last, part),
                StreamJson.Default.SnapshotEvent);
            await run.FlushAsync();
            if (last)
            {
                run.Cursor = state.Head;
                return;
            }
            sent = part[^1].Sequence;
        }
    }

    /// <summary>Where one stream stands.</summary>
    private sealed class Run(string edge, string connection, System.IO.Pipelines.PipeWriter body,
        CancellationToken stop)
    {
        public string Edge => edge;
        public string Connection => connection;
        public required bool IsMember { get; init; }

        /// <summary>Whether a member is one no more.</summary>
        public required Func<bool> IsRefused { get; init; }
        public CancellationToken Stop => stop;
        public long Cursor { get; set; }
        public long Term { get; set; }
        public long KeysVersion { get; set; }
        public long LeaseMs { get; set; }

        /// <summary>The clock in the last heartbeat.</summary>
        public long BeatMs { get; set; }

        /// <summary>When the last heartbeat was sent.</summary>
        public long SentMs { get; set; }
        public Task<long>? Renewal { get; set; }

        public void WriteEntry(InvalidationEntry entry)
        {
            Cursor = entry.Sequence;
            Write("invalidation", entry, StreamJson.Default.InvalidationEntry, entry.Sequence);
        }

        public void Write<T>(string name, T data, JsonTypeInfo<T> type, long? id = null)
        {
            var line = id is { } number ? $"event: {name}\nid: {number}\ndata: " : $"event: {name}\ndata: ";
            Encoding.ASCII.GetBytes(line, body);
            using (var json = new Utf8JsonWriter(body))
            {
                JsonSerializer.Serialize(json, data, type);
            }
            body.Write("\n\n"u8);
        }

        public async Task FlushAsync()
        {
            var result = await body.FlushAsync(stop);
            if (result.IsCompleted)
            {
                throw new OperationCanceledException("the edge has gone");
            }
        }
    }
}
