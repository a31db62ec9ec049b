using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// Links for the whole cluster. A read asks R − W + 1 homes and takes the newest, so it meets every acknowledged write: a
/// home that was away must not bring an old visibility back. Thread-safe.
/// </summary>
internal sealed class LinkCoordinator(Cluster cluster, HybridClock clock, RepairQueue repairs, OriginMetrics metrics)
    : ILinks
{
    private const int GenerationAttempts = 3;

    /// <summary>Points a path at a blob, or with a tombstone at nothing.</summary>
    public async Task<LinkWrite> WriteAsync(
        Link link, long? generation, bool isTombstone, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = await ReadAsync(link.Path, cancellationToken);
            if (before is null)
            {
                return new LinkWrite(WriteOutcome.Unavailable, 0);
            }
            // A deletion with a generation is noted even where nothing is, so that a slower, older write cannot come after it.
            if (isTombstone && before.Link is null && (generation is null || generation <= before.Generation))
            {
                return new LinkWrite(WriteOutcome.BlobMissing, before.Generation);
            }
            if (generation < before.Generation)
            {
                return new LinkWrite(WriteOutcome.Older, before.Generation);
            }
            var wanted = generation ?? Math.Max(before.Generation + 1, clock.Next());
            var bytes = link.ToBytes();
            var outcome = await cluster.WriteAsync(Digest.OfPath(link.Path), (replica, hintFor) => replica.PutLinkAsync(
                link.Path, wanted, bytes, isTombstone, hintFor, CancellationToken.None), standInsCount: false, null);
            if (outcome == WriteOutcome.Older && generation is null && attempt < GenerationAttempts)
            {
                continue;
            }
            if (outcome == WriteOutcome.Unavailable)
            {
                metrics.QuorumMissed.WithLabels("link").Inc();
            }
            if (isTombstone && before.Link is null && outcome is (WriteOutcome.Stored or WriteOutcome.Existed))
            {
                return new LinkWrite(WriteOutcome.BlobMissing, wanted);
            }
            var isNew = outcome is WriteOutcome.Stored or WriteOutcome.Existed && before.Link is null;
            return new LinkWrite(isNew ? WriteOutcome.Stored : outcome == WriteOutcome.Stored ? WriteOutcome.Existed : outcome, wanted);
        }
    }

    /// <summary>The newest link of a path; null when too few homes answered.</summary>
    public async Task<LinkFact?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var homes = cluster.Map.PreferenceFor(Digest.OfPath(path)).Homes.Select(cluster.Of).ToList();
        var enough = cluster.Map.ReadQuorum;
        var answers = await cluster.AskEnoughAsync(
            homes.OrderBy(replica => replica == cluster.Local ? 0 : cluster.IsResting(replica) ? 2 : 1),
            enough, replica => replica.FindLinkAsync(path, cancellationToken));
        if (answers.Exists(answer => answer.Value.IsDamaged))
        {
            answers = await cluster.AskAllAsync(homes, replica => replica.FindLinkAsync(path, cancellationToken));
        }
        var isKnown = answers.Count >= enough;
        if (cluster.Map.PreviousHomesFor(Digest.OfPath(path)) is { } before)
        {
            // The homes have changed: what was written before may not have reached the new ones, or only as an older copy of theirs.
            var needed = before.Length - Math.Min(cluster.Map.WriteQuorum, before.Length) + 1;
            var old = await cluster.AskEnoughAsync(before.Select(cluster.Of), needed, replica => replica.FindLinkAsync(path, cancellationToken));
            isKnown &= old.Count >= needed;
            answers = [.. answers, .. old];
        }
        var newest = NewestOf(answers);
        if (!isKnown || newest.IsDamaged)
        {
            metrics.QuorumMissed.WithLabels("read").Inc();
            return null;
        }
        if (answers.Exists(answer => answer.Value.IsOlderThan(newest) || answer.Value.IsDamaged))
        {
            repairs.Add(path, newest);
        }
        return newest;
    }

    /// <summary>
    /// One page of a directory; null when too few nodes answered. A path's homes may be any nodes, so all are asked, and up
    /// to W − 1 may be away.
    /// </summary>
    public async Task<DirectoryPage?> ListAsync(
        string directory, string after, int limit, CancellationToken cancellationToken)
    {
        var answers = await cluster.AskAllAsync(
            cluster.All, replica => replica.ListAsync(directory, after, limit, cancellationToken));
        if (cluster.Map.Nodes.Count - answers.Count > cluster.Map.WriteQuorum - 1)
        {
            metrics.QuorumMissed.WithLabels("list").Inc();
            return null;
        }
        // Past the last name of a node that had more to say, the page would have holes.
        var full = answers.Where(answer => answer.Value.Count == limit).Select(answer => answer.Value[^1].Name).ToList();
        var end = full.Count == 0 ? null : full.Min(StringComparer.Ordinal);
        var names = answers.SelectMany(answer => answer.Value)
            .Where(name => end is null || string.CompareOrdinal(name.Name, end) <= 0)
            .GroupBy(name => name.Name, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new ListedName(group.Key, NewestOf(group)));
        var live = names.Where(name => name.File is null || name.File.Link is not null).ToList();
        return new DirectoryPage(live, end);
    }

    private static LinkFact? NewestOf(IEnumerable<ListedName> names) =>
        names.Select(name => name.File).OfType<LinkFact>().Aggregate(
            (LinkFact?)null, (best, fact) => best is null || best.IsOlderThan(fact) ? fact : best);

    private static LinkFact NewestOf(List<Answer<LinkFact>> answers)
    {
        var newest = LinkFact.Unknown;
        foreach (var answer in answers)
        {
            var isBetter = newest.IsOlderThan(answer.Value)
                || (newest.IsDamaged && !answer.Value.IsOlderThan(newest) && !answer.Value.IsDamaged);
            newest = isBetter ? answer.Value : newest;
        }
        return newest;
    }
}

/// <summary>What became of a link, and the generation it got.</summary>
internal readonly record struct LinkWrite(WriteOutcome Outcome, long Generation);

/// <summary>Live names of a directory; <paramref name="Next"/> is where the next page begins, null at the end.</summary>
internal sealed record DirectoryPage(IReadOnlyList<ListedName> Names, string? Next);
