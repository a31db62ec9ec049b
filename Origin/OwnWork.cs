namespace Flickr.Origin;

/// <summary>The work of one node alone: scrub, compaction, dropping expired uploads. Each goes on after a failure.</summary>
internal sealed class OwnWork(OriginNode node, TimeProvider time, ILogger<OwnWork> log) : BackgroundService
{
    private static readonly TimeSpan ScrubInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan CompactionInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Rounds.RepeatAsync("scrub", ScrubInterval, node.Scrubber.RunIfDueAsync, time, log, stoppingToken),
        Rounds.RepeatAsync("compaction", CompactionInterval, node.Compactor.RunAsync, time, log, stoppingToken),
        Rounds.RepeatAsync(
            "expiry", ExpiryInterval, _ => Task.FromResult(node.Uploads.RemoveExpired()), time, log, stoppingToken));
}
