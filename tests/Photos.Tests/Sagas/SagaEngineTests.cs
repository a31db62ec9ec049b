using Flickr.Photos.Sagas;
using Flickr.Photos.Tests.Hosting;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Sagas;

public sealed class SagaEngineTests
{
    private static readonly string[] Steps = ["a", "b", "c"];

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R004")]
    public async Task Steps_run_in_order_and_hand_their_state_on(SqlEngine engine)
    {
        await using var opened = await OpenedEngine.OpenAsync(engine);
        var definition = opened.Tracing(Steps);
        var running = await opened.StartAsync(definition);

        var id = await opened.BeginAsync(running, definition);
        var end = await OpenedEngine.EndAsync(running, id);

        Assert.Equal(SagaStatus.Done, end.Status);
        Assert.Equal(3, end.State<Count>().Value);
        Assert.Equal(["a", "b", "c", "Done"], await opened.TraceAsync(id));
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R066")]
    public async Task A_failing_step_takes_back_itself_and_those_before_it(SqlEngine engine)
    {
        await using var opened = await OpenedEngine.OpenAsync(engine);
        var definition = opened.Tracing(Steps, (step, _) => Task.FromResult(
            step == "b" ? StepResult.Failed("no-luck", "It did not work.") : null));
        var running = await opened.StartAsync(definition);

        var id = await opened.BeginAsync(running, definition);
        var end = await OpenedEngine.EndAsync(running, id);

        Assert.Equal(SagaStatus.Failed, end.Status);
        Assert.Equal(new SagaProblem("no-luck", "It did not work."), end.Problem);
        Assert.Equal(["a", "undo b", "undo a", "Failed"], await opened.TraceAsync(id));
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R065")]
    public async Task Trouble_that_passes_is_tried_again_and_recorded_once(SqlEngine engine)
    {
        await using var opened = await OpenedEngine.OpenAsync(engine);
        var definition = opened.Tracing(Steps, (step, work) =>
            step == "b" && work.Attempt < 4 ? throw new IOException("down") : Task.FromResult<StepResult?>(null));
        var running = await opened.StartAsync(definition);

        var id = await opened.BeginAsync(running, definition);
        await OpenedEngine.EndAsync(running, id);

        Assert.Equal(["a", "b", "c", "Done"], await opened.TraceAsync(id));
        Assert.Equal(3, opened.Metrics.SagaRetries.Value);
    }

    [Fact, Trait("Requirement", "R065")]
    public async Task A_step_that_never_succeeds_fails_the_saga_after_its_attempts()
    {
        await using var opened = await OpenedEngine.OpenAsync(SqlEngine.Sqlite);
        var definition = opened.Tracing(["a", "b"], (step, _) => step == "b" ? throw new IOException("down") : Task.FromResult<StepResult?>(null));
        var running = await opened.StartAsync(definition);

        var end = await OpenedEngine.EndAsync(running, await opened.BeginAsync(running, definition));

        Assert.Equal(SagaStatus.Failed, end.Status);
        Assert.Equal("gave-up", end.Problem!.Type);
        Assert.Equal(40, opened.Metrics.SagaRetries.Value);
    }

    [Fact, Trait("Requirement", "R065")]
    public async Task An_undo_that_never_succeeds_lies_in_the_dead_letters_until_it_is_replayed()
    {
        await using var opened = await OpenedEngine.OpenAsync(SqlEngine.Sqlite);
        var isMended = false;
        var definition = opened.Tracing(["a", "b"], (step, _) => step switch
        {
            "b" => Task.FromResult<StepResult?>(StepResult.Failed("no-luck", "No.")),
            "undo a" when !isMended => throw new IOException("down"),
            _ => Task.FromResult<StepResult?>(null),
        });
        var running = await opened.StartAsync(definition);
        var id = await opened.BeginAsync(running, definition, lane: "l");

        Assert.Equal(SagaStatus.Stuck, (await OpenedEngine.EndAsync(running, id)).Status);
        Assert.Equal(1, opened.Metrics.SagaDeadLetters.Value);

        isMended = true;
        var letter = await opened.Database.ReadAsync(session => session.ScalarAsync<string>("SELECT id FROM dead_letter"));
        Assert.True(await running.ReplayAsync(letter!, CancellationToken.None));
        var end = await running.WaitAsync(id, now => now.Status == SagaStatus.Failed, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(SagaStatus.Failed, end!.Status);
        Assert.False(await running.ReplayAsync(letter!, CancellationToken.None));
    }

    [Theory, InlineData("trace.a.do", 2), InlineData("trace.z.do", 1), InlineData("other.a.do", 1), Trait("Requirement", "R064")]
    public async Task A_message_of_an_unknown_topic_or_version_goes_to_the_dead_letters(string topic, long version)
    {
        await using var opened = await OpenedEngine.OpenAsync(SqlEngine.Sqlite);
        var running = await opened.StartAsync(opened.Tracing(Steps));

        await opened.Database.WriteAsync(session => new SagaStore(TimeProvider.System, opened.Ids)
            .SendAsync(session, topic, version, "nobody", 1, "{}"));
        running.Wake();

        var reason = await PhotosHost.UntilAsync(
            () => opened.Database.ReadAsync(session => session.ScalarAsync<string>("SELECT reason FROM dead_letter")),
            reason => reason is not null);
        Assert.StartsWith("unknown", reason);
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R027")]
    public async Task Sagas_of_one_lane_run_one_after_the_other_in_their_order(SqlEngine engine)
    {
        await using var opened = await OpenedEngine.OpenAsync(engine);
        var atOnce = 0;
        var most = 0;
        var order = new List<string>();
        var definition = opened.Tracing(Steps, (step, work) =>
        {
            if (step == "a")
            {
                most = Math.Max(most, Interlocked.Increment(ref atOnce));
                lock (order)
                {
                    order.Add(work.SagaId);
                }
            }
            else if (step == "c")
            {
                Interlocked.Decrement(ref atOnce);
            }
            return Task.FromResult<StepResult?>(null);
        });
        var running = await opened.StartAsync(definition);

        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => opened.BeginAsync(running, definition, "lane"))));
        foreach (var id in ids)
        {
            await OpenedEngine.EndAsync(running, id);
        }

        Assert.Equal(1, most);
        Assert.Equal(20, order.Distinct().Count());
    }

    // The process is stopped while a step runs, at every step in turn: what comes after must go on from there.
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R004"), Trait("Requirement", "R067")]
    public async Task A_saga_goes_on_after_a_stop_at_any_step(SqlEngine engine)
    {
        foreach (var stopAt in (string[])["a", "b", "c", "undo b", "undo a"])
        {
            await using var opened = await OpenedEngine.OpenAsync(engine);
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var isFirstLife = true;
            var fails = stopAt.StartsWith("undo", StringComparison.Ordinal);
            var definition = opened.Tracing(Steps, async (step, _) =>
            {
                if (step == stopAt && isFirstLife)
                {
                    reached.TrySetResult();
                    await new TaskCompletionSource().Task; // until the engine is stopped
                }
                return step == "c" && fails ? StepResult.Failed("no", "No.") : null;
            });
            var first = await opened.StartAsync(definition);
            var id = await opened.BeginAsync(first, definition);
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await first.StopAsync(CancellationToken.None);
            isFirstLife = false;

            var second = await opened.StartAsync(definition);
            await OpenedEngine.EndAsync(second, id);

            Assert.Equal(
                fails ? ["a", "b", "undo c", "undo b", "undo a", "Failed"] : ["a", "b", "c", "Done"], await opened.TraceAsync(id));
        }
    }

    // 1 A runs a step and stalls past its lease. 2 B claims it, runs it, records it. 3 A ends: its fence is gone.
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R067")]
    public async Task A_stalled_owner_cannot_record_what_another_has_recorded(SqlEngine engine)
    {
        await using var opened = await OpenedEngine.OpenAsync(engine);
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource<StepResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        var definition = opened.Tracing(Steps, (step, _) =>
        {
            if (step != "b" || Interlocked.Increment(ref runs) > 1)
            {
                return Task.FromResult<StepResult?>(null);
            }
            stalled.TrySetResult();
            return release.Task;
        });
        var a = await opened.StartAsync(definition);
        var id = await opened.BeginAsync(a, definition);
        await stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await opened.Database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE message SET lease_until_ms = 0 WHERE saga_id = @id", new { id })); // the lease runs out

        var end = await OpenedEngine.EndAsync(a, id); // the engine claims it a second time, as another process would
        release.SetResult(null);
        await PhotosHost.UntilAsync(() => Task.FromResult(opened.Metrics.SagaLeasesLost.Value), lost => lost == 1);

        Assert.Equal(SagaStatus.Done, end.Status);
        Assert.Equal(2, runs);
        Assert.Equal(["a", "b", "c", "Done"], await opened.TraceAsync(id));
    }

    // Messages are doubled and delayed at random while 30 sagas run on two engines over one database.
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R068")]
    public async Task Doubled_and_late_messages_change_nothing(SqlEngine engine)
    {
        await using var opened = await OpenedEngine.OpenAsync(engine);
        var random = new Random(7);
        var definition = opened.Tracing(Steps, (step, work) => Task.FromResult(
            step == "c" && work.SagaId[^1] % 3 == 0 ? StepResult.Failed("no", "No.") : null));
        var one = await opened.StartAsync(definition);
        await opened.StartAsync(definition);
        var ids = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            ids.Add(await opened.BeginAsync(one, definition, i % 2 == 0 ? "lane" : null));
        }

        for (var round = 0; round < 40; round++)
        {
            var late = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + random.Next(0, 60);
            await opened.Database.WriteAsync(session => session.ExecuteAsync(
                """
                INSERT INTO message (id, topic, version, saga_id, seq, body, not_before_ms, attempts, lease_owner, lease_until_ms, fence, created_ms)
                SELECT id || @round, topic, version, saga_id, seq, body, @late, 0, '', 0, 0, created_ms FROM message WHERE length(id) = 26 ORDER BY id LIMIT 6
                """, new { round = "-" + round, late }));
        }
        foreach (var id in ids)
        {
            var end = await OpenedEngine.EndAsync(one, id);
            var fails = id[^1] % 3 == 0;
            Assert.Equal(fails ? SagaStatus.Failed : SagaStatus.Done, end.Status);
            Assert.Equal(
                fails ? ["a", "b", "undo c", "undo b", "undo a", "Failed"] : ["a", "b", "c", "Done"], await opened.TraceAsync(id));
        }
        Assert.True(opened.Metrics.SagaMessagesStale.Value > 0);
    }
}
