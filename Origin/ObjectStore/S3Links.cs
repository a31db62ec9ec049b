using System.IO.Hashing;
using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Replication;

namespace Flickr.Origin.ObjectStore;

/// <summary>Links in a bucket: one document a path, tombstones among them; the highest generation stays. Thread-safe.</summary>
internal sealed class S3Links(S3Bucket bucket, S3Documents documents, HybridClock clock) : ILinks
{
    private const string Root = "links";
    private const int PathLengthMax = 1_000;
    private const int ReadsAtOnce = 16;

    public Task<LinkWrite> WriteAsync(Link link, long? generation, bool isTombstone, CancellationToken cancellationToken) =>
        documents.ChangeAsync<LinkDocument, LinkWrite>(KeyOf(link.Path), S3Json.Default.LinkDocument, before =>
            Task.FromResult(Judge(before, link, generation, isTombstone)), cancellationToken);

    public async Task<LinkFact?> ReadAsync(string path, CancellationToken cancellationToken) =>
        (await documents.ReadAsync(KeyOf(path), S3Json.Default.LinkDocument, cancellationToken))?.ToFact() ?? LinkFact.Unknown;

    public async Task<DirectoryPage?> ListAsync(
        string directory, string after, int limit, CancellationToken cancellationToken)
    {
        var prefix = Root + directory;
        // A key behind everything below a sub-directory: '0' comes after '/'.
        var start = after.Length == 0 ? "" : prefix + (after.EndsWith('/') ? after[..^1] + '0' : after);
        var page = await bucket.ListAsync(prefix, start, "/", limit, cancellationToken);
        var names = page.Prefixes.Concat(page.Keys).Select(key => key[prefix.Length..])
            .Where(name => string.CompareOrdinal(name, after) > 0).Order(StringComparer.Ordinal).ToList();
        var live = new ListedName?[names.Count];
        await Parallel.ForAsync(0, names.Count,
            new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
            async (i, cancelled) => live[i] = names[i].EndsWith('/')
                ? await HasLiveAsync(prefix + names[i], cancelled) ? new ListedName(names[i], null) : null
                : await ReadAsync(directory + names[i], cancelled) is { Link: not null } fact ? new ListedName(names[i], fact) : null);
        return new DirectoryPage([.. live.OfType<ListedName>()], page.HasMore && names.Count > 0 ? names[^1] : null);
    }

    /// <summary>Whether anything below a sub-directory is no tombstone: the first live name ends the search.</summary>
    private async Task<bool> HasLiveAsync(string prefix, CancellationToken cancellationToken)
    {
        var after = "";
        while (true)
        {
            var page = await bucket.ListAsync(prefix, after, null, 100, cancellationToken);
            foreach (var key in page.Keys)
            {
                if (await documents.ReadAsync(key, S3Json.Default.LinkDocument, cancellationToken) is { Link: not null })
                {
                    return true;
                }
            }
            if (!page.HasMore || page.Keys.Count == 0)
            {
                return false;
            }
            after = page.Keys[^1];
        }
    }

    private Change<LinkDocument, LinkWrite> Judge(LinkDocument? before, Link link, long? generation, bool isTombstone)
    {
        var known = before?.Generation ?? 0;
        var isLive = before?.Link is not null;
        if (isTombstone && !isLive && (generation is null || generation <= known))
        {
            return new(null, new LinkWrite(WriteOutcome.BlobMissing, known));
        }
        if (generation < known)
        {
            return new(null, new LinkWrite(WriteOutcome.Older, known));
        }
        var wanted = generation ?? Math.Max(known + 1, clock.Next());
        var checksum = XxHash3.HashToUInt64(link.ToBytes());
        if (before is not null && wanted == known && checksum <= before.Checksum)
        {
            return new(null, new LinkWrite(WriteOutcome.Existed, wanted));
        }
        var outcome = isTombstone && !isLive ? WriteOutcome.BlobMissing : isLive ? WriteOutcome.Existed : WriteOutcome.Stored;
        return new(new LinkDocument(wanted, checksum, isTombstone ? null : link), new LinkWrite(outcome, wanted));
    }

    private static string KeyOf(string path) => path.Length <= PathLengthMax ? Root + path
        : throw new BadHttpRequestException("The path is longer than a key of the store may be.", 414);
}
