using Flickr.ControlPlane.Keys;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Log;

/// <summary>
/// Shortens the log. What is in force stays in its own table, so that an edge behind the log's end takes a
/// snapshot and
/// misses nothing. Only names of objects fold into a floor, and only when no token of their time can be left.
/// </summary>
internal sealed class LogCompaction(Database database, IOptions<LogOptions> options,
    IOptions<KeyOptions> keys,
    ILogger<LogCompaction> logger, TimeProvider time) : BackgroundService
{
    /// <summary>Once. Returns how many entries went.</summary>
    public Task<int> RunAsync(CancellationToken cancellationToken) => database.WriteAsync(async session =>
    {
        var expired = new
        {
            expiredMs = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)keys.Value.TokenLifetimeMax.TotalMilliseconds,
            keep = options.Value.InForceMax,
            rows = options.Value.RowsMax,
        };
        // Tokens of that time have ended by themselves.
        var gone = await session.ExecuteAsync(
            "DELETE FROM in_force WHERE kind IN ('viewer', 'token') AND at_ms < @expiredMs", expired);
        var floor = await session.ScalarAsync<long?>(
            """
            SELECT MAX(sequence) FROM (
                SELECT sequence, at_ms FROM in_force WHERE kind IN ('url', 'prefix', 'tag', 'host')
                ORDER BY sequence DESC LIMIT 1000000000 OFFSET @keep) AS old
            WHERE at_ms < @expiredMs
            """, expired);
        if (floor is { } sequence)
        {
            await session.ExecuteAsync(
                "UPDATE log_state SET floor = CASE WHEN floor > @sequence THEN floor ELSE @sequence END WHERE id = 1",
                new { sequence });
            gone += await session.ExecuteAsync(
                "DELETE FROM in_force WHERE kind IN ('url', 'prefix', 'tag', 'host') AND sequence <= @sequence",
                new { sequence });
        }
        await session.ExecuteAsync(
            "UPDATE log_state SET oldest = head - @rows + 1 WHERE id = 1 AND head - @rows + 1 > oldest",
                expired);
        gone += await session.ExecuteAsync(
            "DELETE FROM invalidation WHERE sequence < (SELECT oldest FROM log_state WHERE id = 1)");
        await session.ExecuteAsync("DELETE FROM ack WHERE sequence < (SELECT oldest FROM log_state WHERE id = 1)");
        await session.ExecuteAsync("DELETE FROM edge WHERE lease_ms + cut_off_ms < @expiredMs", expired);
        return gone;
    }, cancellationToken);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.CompactEvery, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            try
            {
                var gone = await RunAsync(stoppingToken);
                if (gone > 0)
                {
                    logger.Compacted(gone);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.CompactionFailed(fault);
            }
        }
    }
}
