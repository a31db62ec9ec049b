using System.Globalization;
using Flickr.Origin.Needles;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Scrub;

/// <summary>
/// Reads everything this node has, compares it with its SHA-256, and has damaged records repaired from other nodes. One at a
/// time; a second call waits for none and gets the progress of the first. Thread-safe.
/// </summary>
internal sealed class Scrubber(
    NodeStore store, Repairer repairer, ScrubOptions options, string directory, TimeProvider time, OriginMetrics metrics,
    ILogger log)
{
    private readonly string _lastFile = Path.Combine(directory, "last-scrub");
    private int _running;
    private volatile ScrubProgress _progress = ScrubProgress.None;

    public ScrubProgress Progress => _progress;

    /// <summary>Runs when the last whole scrub, also of an earlier process, is a cycle ago.</summary>
    public async Task<ScrubProgress> RunIfDueAsync(CancellationToken cancellationToken)
    {
        var last = File.Exists(_lastFile) && long.TryParse(await File.ReadAllTextAsync(_lastFile, cancellationToken),
            CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        return time.GetUtcNow().ToUnixTimeMilliseconds() - last >= options.Cycle.TotalMilliseconds
            ? await RunAsync(cancellationToken) : _progress;
    }

    public async Task<ScrubProgress> RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            return _progress;
        }
        try
        {
            _progress = new ScrubProgress(
                true, time.GetUtcNow().ToUnixTimeMilliseconds(), 0, store.Blobs.Count + store.Links.Count, 0, 0, 0);
            foreach (var (id, entry) in store.Blobs.All())
            {
                if (!entry.Location.IsNone && !entry.IsDeleted)
                {
                    await ScrubBlobAsync(id, entry, cancellationToken);
                }
            }
            foreach (var (path, entry) in store.Links.All().Where(pair => !pair.Value.IsDeleted))
            {
                var isDamaged = store.FindLink(path).IsDamaged;
                if (isDamaged)
                {
                    await repairer.RepairAsync(new Repair(default, path, null), cancellationToken);
                }
                await NoteAsync(entry.Location.Length, isDamaged, isDamaged && !store.FindLink(path).IsDamaged, cancellationToken);
            }
            await File.WriteAllTextAsync(
                _lastFile, _progress.StartedMs.ToString(CultureInfo.InvariantCulture), cancellationToken);
            OriginLog.Scrubbed(log, _progress.Records, _progress.Damaged, _progress.Repaired);
        }
        finally
        {
            _progress = _progress with { IsRunning = false };
            Volatile.Write(ref _running, 0);
        }
        return _progress;
    }

    private async Task ScrubBlobAsync(Digest id, BlobEntry entry, CancellationToken cancellationToken)
    {
        var isDamaged = entry.IsDamaged;
        if (!isDamaged && store.Volumes.Lease(entry.Location.Volume) is { } volume)
        {
            try
            {
                isDamaged = !await VolumeVerify.IsIdenticalAsync(volume, entry.Location, id, isBlob: true, cancellationToken);
            }
            finally
            {
                volume.Release();
            }
            if (isDamaged)
            {
                store.MarkDamaged(id, entry.Location);
            }
        }
        var isRepaired = isDamaged && await repairer.RepairBlobAsync(id, cancellationToken) && store.Probe(id).IsPresent;
        await NoteAsync(entry.Location.Length, isDamaged, isRepaired, cancellationToken);
    }

    private async Task NoteAsync(long bytes, bool isDamaged, bool isRepaired, CancellationToken cancellationToken)
    {
        var before = _progress;
        _progress = before with
        {
            Records = before.Records + 1,
            Bytes = before.Bytes + bytes,
            Damaged = before.Damaged + (isDamaged ? 1 : 0),
            Repaired = before.Repaired + (isRepaired ? 1 : 0),
        };
        metrics.ScrubbedBytes.Inc(bytes);
        metrics.ScrubProgress.Set(Math.Min(1, _progress.Records / (double)Math.Max(1, _progress.RecordsTotal)));
        var pause = TimeSpan.FromSeconds((double)bytes / options.BytesPerSecond);
        if (pause > TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(pause, time, cancellationToken);
        }
    }
}
