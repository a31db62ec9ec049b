using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// A node as its peers see it: this one (in process) or another one (over the network). Every call that changes something
/// answers when it is durable on that node.
/// </summary>
/// <remarks>
/// A node that cannot be reached, or does not answer in time, throws <see cref="PeerUnavailableException"/>; whether it did
/// the work is then unknown.
/// </remarks>
internal interface IReplica
{
    string NodeId { get; }

    Task<BlobFact> ProbeAsync(Digest id, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a blob whose digest the caller has verified. <c>hintFor</c> names the home that this node stands in for; it is
    /// null when the node is a home itself.
    /// </summary>
    Task<StoreVerdict> PutAsync(
        Digest id, long generation, Payload payload, string? hintFor, CancellationToken cancellationToken);

    Task<StoreVerdict> TouchAsync(Digest id, long generation, string? hintFor, CancellationToken cancellationToken);

    Task<StoreVerdict> DeleteAsync(Digest id, long generation, string? hintFor, CancellationToken cancellationToken);

    /// <summary>Null when the node has not got the bytes, or they are damaged.</summary>
    Task<BlobSource?> OpenAsync(Digest id, CancellationToken cancellationToken);

    Task<LinkFact> FindLinkAsync(string path, CancellationToken cancellationToken);

    Task<StoreVerdict> PutLinkAsync(string path, long generation, ReadOnlyMemory<byte> link, bool isTombstone,
        string? hintFor, CancellationToken cancellationToken);

    Task<IReadOnlyList<ListedName>> ListAsync(
        string directory, string after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The bucket sums of blobs, then of links, two times 64 KiB, over the keys that have both the node and
    /// <paramref name="peer"/> among their homes.
    /// </summary>
    Task<byte[]> SumsAsync(string peer, CancellationToken cancellationToken);

    /// <summary>What the node knows in one bucket.</summary>
    Task<BucketFacts> BucketAsync(int bucket, CancellationToken cancellationToken);
}

/// <summary>Everything a node knows in one bucket.</summary>
internal sealed record BucketFacts(IReadOnlyList<KnownBlob> Blobs, IReadOnlyList<KnownLink> Links);

/// <summary>One blob a node knows.</summary>
internal sealed record KnownBlob(string Id, BlobFact Fact);

/// <summary>One path a node knows.</summary>
internal sealed record KnownLink(string Path, long Generation, ulong Checksum);

/// <summary>Another node did not answer.</summary>
internal sealed class PeerUnavailableException : Exception
{
    public PeerUnavailableException()
    {
    }

    public PeerUnavailableException(string message)
        : base(message)
    {
    }

    public PeerUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
