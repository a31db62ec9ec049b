using System.Globalization;
using System.Security.Cryptography;
using Flickr.Origin.Replication;
using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.ObjectStore;

/// <summary>
/// Blobs in a bucket. The bytes lie under a key of their own that is never used again; a small document says which key counts, and
/// orders puts, touches and deletions as volumes do. The story that must not lose a blob: (1) a deletion writes its tombstone; (2) an
/// upload of the same bytes sees it, stores them under a new key and writes a later generation; (3) the deletion removes the bytes it
/// saw in (1): the old key.
/// </summary>
internal sealed class S3Blobs(S3Bucket bucket, S3Documents documents, HybridClock clock) : IBlobs
{
    public async Task<WriteOutcome> PutAsync(
        StagedBody body, long? generation, IDisposable? lease, CancellationToken cancellationToken)
    {
        using (lease)
        using (body)
        {
            return await documents.ChangeAsync<BlobDocument, WriteOutcome>(FactOf(body.Id), S3Json.Default.BlobDocument, async before =>
            {
                var wanted = generation ?? Math.Max((before?.Generation ?? 0) + 1, clock.Next());
                if (before is { IsDeleted: true } && before.Generation >= wanted)
                {
                    return new(null, WriteOutcome.Older);
                }
                if (before is { IsDeleted: false })
                {
                    return new(before.Generation < wanted ? before with { Generation = wanted } : null, WriteOutcome.Existed);
                }
                var key = string.Create(CultureInfo.InvariantCulture,
                    $"blobs/{body.Id}/{wanted:D19}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
                await using var bytes = RereadStream.Of(body.Payload);
                await bucket.UploadAsync(key, bytes, CancellationToken.None);
                return new(new BlobDocument(wanted, false, body.Length, key), WriteOutcome.Stored,
                    () => bucket.DeleteAsync(key, CancellationToken.None));
            }, cancellationToken);
        }
    }

    public async Task<WriteOutcome> DeleteAsync(Digest id, long? generation, CancellationToken cancellationToken)
    {
        var (outcome, key) = await documents.ChangeAsync<BlobDocument, (WriteOutcome, string)>(FactOf(id), S3Json.Default.BlobDocument,
            before =>
            {
                var isPresent = before is { IsDeleted: false };
                if (!isPresent && generation is null)
                {
                    return Task.FromResult(new Change<BlobDocument, (WriteOutcome, string)>(null, (WriteOutcome.BlobMissing, "")));
                }
                var wanted = generation ?? Math.Max(before!.Generation + 1, clock.Next());
                if (before?.Generation > wanted)
                {
                    return Task.FromResult(new Change<BlobDocument, (WriteOutcome, string)>(null, (WriteOutcome.Older, "")));
                }
                return Task.FromResult(new Change<BlobDocument, (WriteOutcome, string)>(new BlobDocument(wanted, true, 0, ""),
                    (isPresent ? WriteOutcome.Stored : WriteOutcome.BlobMissing, before?.Key ?? "")));
            }, cancellationToken);
        if (key.Length > 0)
        {
            await bucket.DeleteAsync(key, CancellationToken.None);
        }
        return outcome;
    }

    public async Task<FoundBlob> FindAsync(Digest id, CancellationToken cancellationToken)
    {
        var known = await documents.ReadAsync(FactOf(id), S3Json.Default.BlobDocument, cancellationToken);
        return known is null ? new FoundBlob(BlobState.Absent, 0, null)
            : known.IsDeleted ? new FoundBlob(BlobState.Deleted, 0, null)
            : new FoundBlob(BlobState.Present, known.Length, null);
    }

    public async Task<FoundBlob> OpenAsync(Digest id, CancellationToken cancellationToken)
    {
        var known = await documents.ReadAsync(FactOf(id), S3Json.Default.BlobDocument, cancellationToken);
        if (known is null || known.IsDeleted)
        {
            return new FoundBlob(known is null ? BlobState.Absent : BlobState.Deleted, 0, null);
        }
        var source = await S3Source.OpenAsync(bucket, known, id, cancellationToken);
        return source is null ? new FoundBlob(BlobState.Unknown, 0, null) : new FoundBlob(BlobState.Present, known.Length, source);
    }

    private static string FactOf(Digest id) => $"facts/{id}";
}
