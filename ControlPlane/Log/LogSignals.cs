using Flickr.Sql;
using Npgsql;

namespace Flickr.ControlPlane.Log;

/// <summary>
/// "Look again": wakes who waits for the log, the keys or acknowledgements to move. Nothing but speed depends
/// on it: who
/// waits also looks by itself each second, because a notification can be lost with its connection.
/// </summary>
internal sealed class LogSignals(ControlPlaneOptions options, Database database, ILogger<LogSignals> logger,
    TimeProvider time)
    : BackgroundService
{
    private const string Channel = "flickr_control_plane";
    private volatile TaskCompletionSource _changed = NewSignal();

    /// <summary>
    /// Completes at the next signal. Take it before looking, or the signal between is missed.
    /// </summary>
    public Task Changed => _changed.Task;

    /// <summary>Wakes everyone in this process.</summary>
    public void Signal() => Interlocked.Exchange(ref _changed!, NewSignal()).TrySetResult();

    /// <summary>Wakes the other control planes on the same PostgreSQL once the transaction commits.</summary>
    public static Task TellOthersAsync(SqlSession session) => session.Engine == SqlEngine.PostgreSql
        ? session.ExecuteAsync($"NOTIFY {Channel}")
        : Task.CompletedTask;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (database.Engine != SqlEngine.PostgreSql)
        {
            return;
        }
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(options.Database);
                await connection.OpenAsync(stoppingToken);
                connection.Notification += (_, _) => Signal();
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }
                while (true)
                {
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                logger.NotificationsLost(fault.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
