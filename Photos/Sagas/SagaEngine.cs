using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Flickr.Sql;
using Flickr.Tracing;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Photos.Sagas;

/// <summary>
/// Runs sagas from the <c>message</c> table. A request message makes a step run; its answer message makes the saga take its
/// next turn. Removing the message handled, the change of state and the messages that follow are one transaction, and
/// that transaction fails when the lease was lost, so every step is recorded exactly once however often it ran:
/// <list type="number">
/// <item>A claims a request and runs the step; A stalls and its lease runs out.</item>
/// <item>B claims the same request (the fence rises), runs the step again, records it, sends the answer.</item>
/// <item>A wakes up and wants to record: its fence is gone, the transaction is rolled back, nothing happens.</item>
/// </list>
/// Several processes may run on one database. Thread-safe.
/// </summary>
public sealed class SagaEngine : BackgroundService
{
    private readonly Database _database;
    private readonly SagaStore _store;
    private readonly SagaOptions _options;
    private readonly PhotosMetrics _metrics;
    private readonly ILogger<SagaEngine> _log;
    private readonly ProgramTrace _trace;
    private readonly TimeProvider _time;
    private readonly ImmutableDictionary<string, SagaDefinition> _definitions;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<string, Task> _running = new();
    private volatile TaskCompletionSource _stirred = NewSignal();

    internal SagaEngine(Database database, SagaStore store, IEnumerable<SagaDefinition> definitions,
        IOptions<SagaOptions> options, PhotosMetrics metrics, ILogger<SagaEngine> log, ProgramTrace trace, TimeProvider time)
    {
        _database = database;
        _store = store;
        _options = options.Value;
        _metrics = metrics;
        _log = log;
        _trace = trace;
        _time = time;
        _definitions = definitions.ToImmutableDictionary(definition => definition.Kind);
    }

    /// <summary>
    /// Begins a saga inside the caller's transaction; call <see cref="Wake"/> after the commit. Beginning the same id
    /// again does nothing.
    /// </summary>
    /// <param name="session">The caller's transaction.</param>
    /// <param name="kind">Kind of a registered definition.</param>
    /// <param name="sagaId">Sortable id: the order in which sagas of a lane run.</param>
    /// <param name="lane">Sagas of one lane run one after the other; null: at once.</param>
    /// <param name="state">What the first step is given.</param>
    public async Task BeginAsync(SqlSession session, string kind, string sagaId, string? lane, object state)
    {
        var definition = _definitions[kind];
        var runs = lane is null || await SagaStore.TakeLaneAsync(session, lane, sagaId);
        var row = new SagaRow(sagaId, kind, lane, runs ? "running" : "waiting", 0, 1, 0, SagaJson.Write(state), null, null);
        if (await _store.AddAsync(session, row) && runs)
        {
            await _store.SendAsync(session, SagaTurn.FirstTopic(definition), definition.Version, sagaId, 1,
                SagaJson.Write(new SagaAsk(ProgramTrace.Current)));
        }
    }

    /// <summary>Looks for messages now instead of at the next poll.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>The saga as it is; null when unknown.</summary>
    public async Task<SagaProgress?> FindAsync(string sagaId, CancellationToken cancellationToken)
    {
        var row = await _database.ReadAsync(session => SagaStore.FindAsync(session, sagaId), cancellationToken);
        return row is null ? null : ProgressOf(_definitions[row.Kind], row);
    }

    /// <summary>Waits until <paramref name="isEnough"/> holds or the time is over, and returns the saga as it is then.</summary>
    public async Task<SagaProgress?> WaitAsync(
        string sagaId, Func<SagaProgress, bool> isEnough, TimeSpan timeMax, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var stirred = _stirred.Task;
            var progress = await FindAsync(sagaId, cancellationToken);
            var left = timeMax - _time.GetElapsedTime(began);
            if (progress is null || isEnough(progress) || left <= TimeSpan.Zero)
            {
                return progress;
            }
            // Another process may be the one that runs it: then only the poll hears of it.
            var pause = left < _options.Poll ? left : _options.Poll;
            await Task.WhenAny(stirred, Task.Delay(pause, _time, cancellationToken));
        }
    }

    /// <summary>Sends a dead letter again; false when there is none of that id.</summary>
    public async Task<bool> ReplayAsync(string deadLetterId, CancellationToken cancellationToken)
    {
        var found = await _database.WriteAsync(session => _store.ReplayAsync(session, deadLetterId), cancellationToken);
        Wake();
        return found;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isFirst = true;
        Task<bool>? woken = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (isFirst && _database.Engine == SqlEngine.Sqlite)
                {
                    await _database.WriteAsync(SagaStore.FreeAllAsync, stoppingToken);
                }
                isFirst = false;
                if (!await DispatchAsync(stoppingToken))
                {
                    // One waiter for as long as it is not answered: one a poll would pile up on an idle service.
                    woken ??= _wake.Reader.WaitToReadAsync(stoppingToken).AsTask();
                    if (await Task.WhenAny(woken, Task.Delay(_options.Poll, _time, stoppingToken)) == woken)
                    {
                        _wake.Reader.TryRead(out _);
                        woken = null;
                    }
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                PhotosLog.SagaLoopFailed(_log, fault);
                await Task.WhenAny(Task.Delay(_options.Poll, _time, stoppingToken));
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await Task.WhenAll(_running.Values);
    }

    // True when there may be more to claim at once.
    private async Task<bool> DispatchAsync(CancellationToken stoppingToken)
    {
        var free = _options.ParallelMax - _running.Count;
        if (free <= 0 || !await _database.ReadAsync(_store.IsAnyDueAsync, stoppingToken))
        {
            return false;
        }
        var claimed = await _database.WriteAsync(
            session => _store.ClaimAsync(session, free, _options.Lease), stoppingToken);
        foreach (var message in claimed)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _running[message.Id] = done.Task;
            _ = HandleThenForgetAsync(message, done, stoppingToken);
        }
        return claimed.Count > 0 && claimed.Count == free;
    }

    private async Task HandleThenForgetAsync(SagaMessage message, TaskCompletionSource done, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await HandleAsync(message, stoppingToken);
        }
        catch (Exception fault)
        {
            await PostponeAsync(message, fault, stoppingToken);
        }
        finally
        {
            _running.TryRemove(message.Id, out _);
            done.SetResult();
            Stir();
        }
    }

    private async Task HandleAsync(SagaMessage message, CancellationToken stoppingToken)
    {
        var saga = await _database.ReadAsync(session => SagaStore.FindAsync(session, message.SagaId), stoppingToken);
        var parts = message.Topic.Split('.');
        if (saga is null || !_definitions.TryGetValue(parts[0], out var definition) || definition.Version != message.Version
            || parts[0] != saga.Kind)
        {
            await BuryAsync(message, saga, "unknown topic, version or saga", stoppingToken);
        }
        else if (parts is [_, "answer"])
        {
            await TakeTurnAsync(definition, message, stoppingToken);
        }
        else if (parts is [_, var name, "do" or "undo"] && definition.Steps.FirstOrDefault(s => s.Name == name) is { } step)
        {
            await RunStepAsync(definition, step, parts[2] == "undo", saga, message, stoppingToken);
        }
        else
        {
            await BuryAsync(message, saga, "unknown topic", stoppingToken);
        }
    }

    private async Task RunStepAsync(SagaDefinition definition, SagaStep step, bool isUndo, SagaRow saga, SagaMessage message,
        CancellationToken stoppingToken)
    {
        if (saga.Seq != message.Seq || saga.AnsweredSeq >= message.Seq || (isUndo ? step.Undo : step.Do) is not { } action)
        {
            _metrics.SagaMessagesStale.Inc();
            await _database.WriteAsync(session => _store.CompleteAsync(session, message), stoppingToken);
            return;
        }
        using var span = _trace.BeginUnder(message.Topic, SagaJson.Read<SagaAsk>(message.Body).Trace);
        span?.SetTag("saga.id", saga.Id).SetTag("saga.attempt", message.Attempts);
        StepResult result;
        if (message.Attempts <= step.AttemptsMax)
        {
            var work = new SagaWork(saga.Id, saga.State, (int)message.Attempts, saga.Problem);
            result = await WithHeartbeatAsync(message, token => action(work, token), stoppingToken);
        }
        else if (isUndo)
        {
            await BuryAsync(message, saga, $"gave up after {message.Attempts - 1} attempts", stoppingToken);
            return;
        }
        else
        {
            result = StepResult.Failed("gave-up", $"The step '{step.Name}' did not succeed after {step.AttemptsMax} attempts.");
        }
        await _database.WriteAsync(session => RecordAsync(session, definition, result, message), stoppingToken);
    }

    private async Task<bool> RecordAsync(SqlSession session, SagaDefinition definition, StepResult result, SagaMessage message)
    {
        if (!await _store.CompleteAsync(session, message))
        {
            _metrics.SagaLeasesLost.Inc();
            return false;
        }
        if (!await SagaStore.AnswerOnceAsync(session, message.SagaId, message.Seq))
        {
            _metrics.SagaMessagesStale.Inc();
            return false;
        }
        if (result.Write is not null)
        {
            await result.Write(session);
        }
        var answer = new SagaAnswer(result.Outcome, result.State is null ? null : SagaJson.Write(result.State),
            result.Problem?.Type, result.Problem?.Text, ProgramTrace.Current);
        await _store.SendAsync(session, definition.Kind + ".answer", definition.Version, message.SagaId, message.Seq,
            SagaJson.Write(answer));
        return true;
    }

    private async Task TakeTurnAsync(SagaDefinition definition, SagaMessage message, CancellationToken stoppingToken)
    {
        var answer = SagaJson.Read<SagaAnswer>(message.Body);
        await _database.WriteAsync(async session =>
        {
            if (!await _store.CompleteAsync(session, message))
            {
                _metrics.SagaLeasesLost.Inc();
                return;
            }
            await SagaStore.HoldAsync(session, message.SagaId); // two answers of one step at once: the second sees the first's turn
            var saga = await SagaStore.FindAsync(session, message.SagaId);
            if (saga is null || saga.Seq != message.Seq || saga.AnsweredSeq != message.Seq)
            {
                _metrics.SagaMessagesStale.Inc();
                return;
            }
            var turn = SagaTurn.Take(definition, saga, answer);
            await _store.SaveAsync(session, turn.Saga);
            if (turn.Topic is not null)
            {
                await _store.SendAsync(session, turn.Topic, definition.Version, saga.Id, turn.Saga.Seq,
                    SagaJson.Write(new SagaAsk(answer.Trace)));
            }
            await ProgressAsync(session, definition, turn.Saga);
            if (turn.Topic is null && saga.Lane is not null)
            {
                await PassLaneAsync(session, saga.Lane, saga.Id);
            }
        }, stoppingToken);
    }

    private async Task PassLaneAsync(SqlSession session, string lane, string sagaId)
    {
        if (await _store.PassLaneAsync(session, lane, sagaId) is { } next)
        {
            var definition = _definitions[next.Kind];
            await _store.SendAsync(session, SagaTurn.FirstTopic(definition), definition.Version, next.Id, next.Seq, "{}");
            await ProgressAsync(session, definition, next);
        }
    }

    private static Task ProgressAsync(SqlSession session, SagaDefinition definition, SagaRow saga) =>
        definition.Progressed is null ? Task.CompletedTask : definition.Progressed(session, ProgressOf(definition, saga));

    private static SagaProgress ProgressOf(SagaDefinition definition, SagaRow saga) => new(
        saga.Id, Enum.Parse<SagaStatus>(saga.Status, ignoreCase: true), definition.Steps[(int)saga.Step].Name, saga.State,
        saga.Problem);

    // A step that gets no heartbeat through is cancelled: someone else has the message, or nobody can record anything.
    private async Task<StepResult> WithHeartbeatAsync(
        SagaMessage message, Func<CancellationToken, Task<StepResult>> run, CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var timing = _metrics.SagaStepSeconds.NewTimer();
        var step = run(stop.Token);
        while (await Task.WhenAny(step, Task.Delay(_options.Lease / 3, _time, stop.Token)) != step)
        {
            if (stoppingToken.IsCancellationRequested
                || !await _database.WriteAsync(s => _store.ExtendAsync(s, message, _options.Lease), stoppingToken))
            {
                break;
            }
        }
        if (!step.IsCompleted)
        {
            await stop.CancelAsync();
        }
        try
        {
            return await step;
        }
        finally
        {
            await stop.CancelAsync(); // ends the pending delay
        }
    }

    private async Task BuryAsync(SagaMessage message, SagaRow? saga, string reason, CancellationToken stoppingToken)
    {
        PhotosLog.SagaMessageBuried(_log, message.Topic, message.SagaId, reason);
        _metrics.SagaDeadLetters.Inc();
        await _database.WriteAsync(async session =>
        {
            if (!await _store.CompleteAsync(session, message))
            {
                return;
            }
            await _store.BuryAsync(session, message, reason);
            if (saga is not null && saga.Seq == message.Seq && _definitions.TryGetValue(saga.Kind, out var definition))
            {
                var stuck = saga with { Status = "stuck" };
                await _store.SaveAsync(session, stuck);
                await ProgressAsync(session, definition, stuck);
                if (saga.Lane is not null)
                {
                    await PassLaneAsync(session, saga.Lane, saga.Id);
                }
            }
        }, stoppingToken);
    }

    private async Task PostponeAsync(SagaMessage message, Exception fault, CancellationToken stoppingToken)
    {
        var isStop = stoppingToken.IsCancellationRequested;
        var pause = isStop ? TimeSpan.Zero : Pause((int)message.Attempts);
        if (!isStop)
        {
            _metrics.SagaRetries.Inc();
            PhotosLog.SagaStepFailed(_log, message.Topic, message.SagaId, message.Attempts, fault.GetType().Name, fault.Message);
        }
        try
        {
            await _database.WriteAsync(
                session => _store.PostponeAsync(session, message, pause, uncounted: isStop), CancellationToken.None);
        }
        catch (Exception again)
        {
            PhotosLog.SagaLoopFailed(_log, again); // the lease will run out by itself
        }
    }

    private TimeSpan Pause(int attempt)
    {
        var longest = Math.Min(_options.RetryMax.TotalMilliseconds,
            _options.RetryFirst.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private void Stir()
    {
        Interlocked.Exchange(ref _stirred, NewSignal()).TrySetResult();
        Wake();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
