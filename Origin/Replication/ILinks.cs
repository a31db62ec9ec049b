using Flickr.Origin.Links;

namespace Flickr.Origin.Replication;

/// <summary>Links as callers use them: on the volumes of a cluster, or in an S3-compatible service. Thread-safe.</summary>
internal interface ILinks
{
    /// <summary>Points a path at a blob, or with a tombstone at nothing.</summary>
    Task<LinkWrite> WriteAsync(Link link, long? generation, bool isTombstone, CancellationToken cancellationToken);

    /// <summary>The newest link of a path; null when it cannot be known now.</summary>
    Task<LinkFact?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>One page of a directory; null when it cannot be known now.</summary>
    Task<DirectoryPage?> ListAsync(string directory, string after, int limit, CancellationToken cancellationToken);
}
