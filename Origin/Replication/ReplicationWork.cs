namespace Flickr.Origin.Replication;

/// <summary>The work between nodes that no request waits for: hints, repairs, anti-entropy. Each goes on after a failure.</summary>
internal sealed class ReplicationWork(OriginNode node, TimeProvider time, ILogger<ReplicationWork> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => node.Map.Nodes.Count == 1
        ? Task.CompletedTask
        : Task.WhenAll(
            Rounds.RepeatAsync("hand-over", node.Options.HandOverInterval, node.HandOver.RunAsync, time, log, stoppingToken),
            Rounds.RepeatAsync("anti-entropy", node.Options.AntiEntropyInterval, node.AntiEntropy.RunAsync, time, log, stoppingToken),
            Rounds.RepeatAsync("rebalance", node.Options.RebalanceInterval, node.Rebalancer.RunAsync, time, log, stoppingToken),
            RepairAsync(stoppingToken));

    private async Task RepairAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var repair in node.Repairs.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await node.Repairer.RepairAsync(repair, stoppingToken);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    OriginLog.BackgroundFailed(log, error, "repair");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }
}
