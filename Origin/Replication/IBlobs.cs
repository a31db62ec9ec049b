using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>Blobs as callers use them: on the volumes of a cluster, or in an S3-compatible service. Thread-safe.</summary>
internal interface IBlobs
{
    /// <summary>
    /// Stores a blob. The body and <paramref name="lease"/> are given back here; a null <paramref name="generation"/> takes one above
    /// everything known.
    /// </summary>
    Task<WriteOutcome> PutAsync(StagedBody body, long? generation, IDisposable? lease, CancellationToken cancellationToken);

    Task<WriteOutcome> DeleteAsync(Digest id, long? generation, CancellationToken cancellationToken);

    /// <summary>Whether the blob is there, without opening it.</summary>
    Task<FoundBlob> FindAsync(Digest id, CancellationToken cancellationToken);

    /// <summary>Opens the blob; the caller disposes the source.</summary>
    Task<FoundBlob> OpenAsync(Digest id, CancellationToken cancellationToken);
}
