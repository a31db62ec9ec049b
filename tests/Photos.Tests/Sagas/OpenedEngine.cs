using Flickr.Photos.Ids;
using Flickr.Photos.Sagas;
using Flickr.Photos.Tests.Hosting;
using Flickr.Postgres;
using Flickr.Sql;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Tests.Sagas;

/// <summary>A database of either engine with the program's schema, on which saga engines can be started and stopped.</summary>
internal sealed class OpenedEngine : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly List<SagaEngine> _engines = [];

    private OpenedEngine(Database database, TempFolder folder) => (Database, _folder) = (database, folder);

    public Database Database { get; }

    public PhotosMetrics Metrics { get; } = new();

    public SortableIds Ids { get; } = new(TimeProvider.System);

    public static async Task<OpenedEngine> OpenAsync(SqlEngine engine)
    {
        var folder = new TempFolder();
        Assert.SkipUnless(engine == SqlEngine.Sqlite || PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        var opened = new OpenedEngine(Database.Open(
            engine == SqlEngine.Sqlite ? $"Data Source={folder.Path}/sagas.db" : await PostgresServer.NewDatabaseAsync(),
            TimeProvider.System), folder);
        await Migrations.ApplyAsync(opened.Database, typeof(PhotosProgram).Assembly);
        await opened.Database.WriteAsync(session => session.ExecuteAsync(
            "CREATE TABLE trace (id TEXT PRIMARY KEY, saga_id TEXT NOT NULL, what TEXT NOT NULL)"));
        return opened;
    }

    public async Task<SagaEngine> StartAsync(SagaDefinition definition, Action<SagaOptions>? configure = null)
    {
        var options = new SagaOptions
        {
            Poll = TimeSpan.FromMilliseconds(10),
            RetryFirst = TimeSpan.FromMilliseconds(1),
            RetryMax = TimeSpan.FromMilliseconds(20),
        };
        configure?.Invoke(options);
        var engine = new SagaEngine(Database, new SagaStore(TimeProvider.System, Ids), [definition], Options.Create(options),
            Metrics, NullLogger<SagaEngine>.Instance, new Flickr.Tracing.ProgramTrace("Photos"), TimeProvider.System);
        _engines.Add(engine);
        await engine.StartAsync(CancellationToken.None);
        return engine;
    }

    public async Task<string> BeginAsync(SagaEngine engine, SagaDefinition definition, string? lane = null)
    {
        var id = Ids.Next();
        await Database.WriteAsync(session => engine.BeginAsync(session, definition.Kind, id, lane, new Count(0)));
        engine.Wake();
        return id;
    }

    public static async Task<SagaProgress> EndAsync(SagaEngine engine, string id)
    {
        var end = await engine.WaitAsync(id, now => now.IsOver, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.True(end!.IsOver, $"{end}");
        return end;
    }

    /// <summary>Writes a row: what a step's transaction did.</summary>
    public Func<SqlSession, Task> Trace(string sagaId, string what) => session => session.ExecuteAsync(
        "INSERT INTO trace (id, saga_id, what) VALUES (@id, @sagaId, @what)", new { id = Ids.Next(), sagaId, what });

    public Task<IReadOnlyList<string>> TraceAsync(string sagaId) => Database.ReadAsync(session =>
        session.QueryAsync<string>("SELECT what FROM trace WHERE saga_id = @sagaId ORDER BY id", new { sagaId }));

    /// <summary>A saga whose steps leave a row each; hooks are awaited inside the step, before its result.</summary>
    public SagaDefinition Tracing(string[] steps, Func<string, SagaWork, Task<StepResult?>>? hook = null) => new()
    {
        Kind = "trace",
        Steps =
        [
            .. steps.Select(name => new SagaStep(
                name,
                async (work, token) =>
                {
                    var special = hook is null ? null : await hook(name, work).WaitAsync(token);
                    return special ?? StepResult.Done(new Count(work.State<Count>().Value + 1), Trace(work.SagaId, name));
                },
                async (work, token) =>
                {
                    var special = hook is null ? null : await hook("undo " + name, work).WaitAsync(token);
                    return special ?? StepResult.Done(work.State<Count>(), Trace(work.SagaId, "undo " + name));
                },
                AttemptsMax: 40)),
        ],
        Progressed = (session, progress) => progress.IsOver
            ? Trace(progress.SagaId, progress.Status.ToString())(session)
            : Task.CompletedTask,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines)
        {
            await engine.StopAsync(CancellationToken.None);
            engine.Dispose();
        }
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}

internal sealed record Count(int Value);
