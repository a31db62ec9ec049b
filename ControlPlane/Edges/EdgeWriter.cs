using System.Threading.Channels;
using Flickr.ControlPlane.Log;
using Flickr.Sql;

namespace Flickr.ControlPlane.Edges;

/// <summary>
/// Writes of many edges in few transactions: what comes while one commits goes together into the next. Eight
/// edges that
/// acknowledge at once cost one sync of the disk, not eight.
/// </summary>
internal sealed class EdgeWriter(Database database, LogSignals signals) : BackgroundService
{
    private const int BatchMax = 256;
    private readonly Channel<Write> _writes = Channel.CreateBounded<Write>(
        new BoundedChannelOptions(10_000) { SingleReader = true });

    /// <summary>
    /// Runs a write in the next transaction; the result is that of its statement, committed.
    /// </summary>
    public async Task<int> WriteAsync(Func<SqlSession, Task<int>> statement,
        CancellationToken cancellationToken)
    {
        var write = new Write(statement);
        await _writes.Writer.WriteAsync(write, cancellationToken);
        return await write.Done.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Write>(BatchMax);
        try
        {
            while (await _writes.Reader.WaitToReadAsync(stoppingToken))
            {
                batch.Clear();
                while (batch.Count < BatchMax && _writes.Reader.TryRead(out var write))
                {
                    batch.Add(write);
                }
                await CommitAsync(batch, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _writes.Writer.TryComplete();
            while (_writes.Reader.TryRead(out var write))
            {
                write.Done.TrySetCanceled(stoppingToken);
            }
        }
    }

    private async Task CommitAsync(List<Write> batch, CancellationToken cancellationToken)
    {
        try
        {
            var results = new int[batch.Count];
            await database.WriteAsync(async session =>
            {
                for (var index = 0; index < batch.Count; index++)
                {
                    results[index] = await batch[index].Statement(session);
                }
                await LogSignals.TellOthersAsync(session);
            }, cancellationToken);
            for (var index = 0; index < batch.Count; index++)
            {
                batch[index].Done.TrySetResult(results[index]);
            }
            signals.Signal();
        }
        catch (Exception fault)
        {
            foreach (var write in batch)
            {
                write.Done.TrySetException(fault);
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private sealed record Write(Func<SqlSession, Task<int>> Statement)
    {
        public TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
